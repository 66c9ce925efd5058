/*
 * hashing.h - passwords are hashed a few at a time.	Process: monitor.
 *
 * A hash takes a processor for some hundredths of a second, on a thread of the
 * pool.  There are as many at once as processors; what waits takes turns by
 * address (fairqueue.h), so that hundreds of guesses from one address keep no
 * login from another waiting, and the job of a connection that has gone is not
 * begun.
 */
#ifndef ATOLL_MONITOR_ADMISSION_HASHING_H
#define ATOLL_MONITOR_ADMISSION_HASHING_H

#include <uv.h>

#include "gateway/monitor/admission/fairqueue.h"

struct hashing;

/* One thing to hash; embedded in its caller's job, which lives until done(). */
struct hash_task {
	uv_work_t work;
	struct waiter waiter;
	struct hashing *of;
	/* On a thread: touches nothing but the job. */
	void (*run)(struct hash_task *t);
	/* On the loop, once.  false: it was not run, and never will be. */
	void (*done)(struct hash_task *t, bool was_run);
};

/* NULL without memory. */
struct hashing *hashing_new(uv_loop_t *loop);

/* Have it run when its turn comes.  done() may be called at once, with false,
 * when there is no memory. */
void hashing_add(struct hashing *h, struct hash_task *t,
    const struct address *from);

/* Nobody waits for it any more: done(t, false) at once, unless it runs. */
void hashing_cancel(struct hash_task *t);

/* Nothing runs and nothing waits. */
bool hashing_is_idle(const struct hashing *h);

/* At the end of the process: done(t, false) for what still waits. */
void hashing_free(struct hashing *h);

#endif
