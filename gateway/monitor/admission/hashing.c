/* hashing.c - passwords are hashed a few at a time. */
#include "gateway/monitor/admission/hashing.h"

#include <stdlib.h>
#include <unistd.h>

#include "gateway/base/thread_mask.h"

/* More at once than threads would wait in libuv's queue, which has one order
 * for all: the turns by address are taken before it. */
#define THREADS 4 /* of libuv's pool, unless its environment says otherwise */

struct hashing {
	uv_loop_t *loop;
	struct fairqueue queue;
	unsigned running, max;
};

struct hashing *
hashing_new(uv_loop_t *loop)
{
	struct hashing *h = calloc(1, sizeof(*h));
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (h == NULL || fairqueue_init(&h->queue) == -1) {
		free(h);
		return NULL;
	}
	h->loop = loop;
	h->max = processors < 1		? 1
		 : processors < THREADS ? (unsigned)processors
					: THREADS;
	return h;
}

static void
on_thread(uv_work_t *work)
{
	struct hash_task *t = work->data;

	t->run(t);
}

static void start_some(struct hashing *h);

static void
on_run(uv_work_t *work, int status)
{
	struct hash_task *t = work->data;
	struct hashing *h = t->of;

	h->running--;
	t->done(t, status == 0);
	start_some(h);
}

static void
start_some(struct hashing *h)
{
	struct hash_task *t;
	sigset_t before;

	while (h->running < h->max && (t = fairqueue_take(&h->queue)) != NULL) {
		h->running++;
		t->work.data = t;
		thread_mask_begin(&before); /* the first one makes threads */
		uv_queue_work(h->loop, &t->work, on_thread, on_run);
		thread_mask_end(&before);
	}
}

void
hashing_add(struct hashing *h, struct hash_task *t, const struct address *from)
{
	t->of = h;
	if (fairqueue_add(&h->queue, &t->waiter, t, from) == -1)
		t->done(t, false);
	else
		start_some(h);
}

/* What runs cannot be stopped: crypt(3) knows no such thing.  It keeps its
 * job. */
void
hashing_cancel(struct hash_task *t)
{
	if (t->waiter.of == NULL)
		return; /* it runs, and done() looks who is still there */
	fairqueue_remove(&t->of->queue, &t->waiter);
	t->done(t, false);
}

bool
hashing_is_idle(const struct hashing *h)
{
	return h->running == 0 && h->queue.count == 0;
}

void
hashing_free(struct hashing *h)
{
	struct hash_task *t;

	while ((t = fairqueue_take(&h->queue)) != NULL)
		t->done(t, false);
	fairqueue_free(&h->queue);
	free(h);
}
