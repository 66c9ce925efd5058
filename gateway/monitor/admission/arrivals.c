/* arrivals.c - so many key exchanges of one address at a time. */
#include "gateway/monitor/admission/arrivals.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/base/scope.h"

/* A class behind one address that logs in at once is through in well under a
 * second with so many exchanges at a time, of some milliseconds each. */
#define AT_ONCE	    24
#define EXCHANGE_MS 250 /* then the network is waited for */
#define TIMER_MS    20

int
arrivals_init(struct arrivals *a, uv_loop_t *loop,
    const struct preauth *preauth, void (*serve)(void *self), void *self)
{
	*a = (struct arrivals){ .preauth = preauth,
		.serve = serve,
		.self = self };
	if (uv_timer_init(loop, &a->timer) != 0)
		return -1;
	a->timer.data = a;
	return fairqueue_init(&a->waiting);
}

/* RANK_SILENT and RANK_KNOWN are the ones that have not exchanged keys. */
static bool
has_place(const struct arrivals *a, const struct address *peer)
{
	return limit_exchanging(a->preauth, peer, uv_now(a->timer.loop),
		   EXCHANGE_MS, AT_ONCE) < AT_ONCE;
}

/* Behind those of its own address: they came first. */
bool
arrivals_may_enter(const struct arrivals *a, const struct address *peer)
{
	return fairqueue_count(&a->waiting, peer) == 0 && has_place(a, peer);
}

static void
on_timer(uv_timer_t *timer)
{
	struct arrivals *a = timer->data;

	a->serve(a->self);
}

/* A class of hundreds may sit behind one address: it leaves a fifth of the places
 * to others. */
static unsigned
share_of_one(unsigned max)
{
	return max - max / 5;
}

int
arrivals_wait(struct arrivals *a, int client, const struct address *peer,
    unsigned max)
{
	struct arrival *v;

	if (a->waiting.count >= max ||
	    fairqueue_count(&a->waiting, peer) >= share_of_one(max))
		return -1;
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return -1;
	v->peer = *peer;
	v->client = fcntl(client, F_DUPFD_CLOEXEC, 3);
	if (v->client == -1 ||
	    fairqueue_add(&a->waiting, &v->waiter, v, peer) == -1) {
		arrival_free(v);
		return -1;
	}
	if (!uv_is_active((uv_handle_t *)&a->timer))
		uv_timer_start(&a->timer, on_timer, TIMER_MS, TIMER_MS);
	return 0;
}

static bool
may_begin(void *self, const void *owner)
{
	const struct arrival *v = owner;

	return has_place(self, &v->peer);
}

/* A client that gave up while it waited needs no session: an end is all that is
 * there to read.  What it sent before counts as still there. */
static bool
has_hung_up(int client)
{
	char byte;

	return recv(client, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

struct arrival *
arrivals_next(struct arrivals *a)
{
	struct arrival *v;

	while ((v = fairqueue_take_if(&a->waiting, may_begin, a)) != NULL &&
	       has_hung_up(v->client))
		arrival_free(v);
	if (a->waiting.count == 0)
		uv_timer_stop(&a->timer);
	return v;
}

void
arrival_free(struct arrival *v)
{
	scope_close(&v->client);
	free(v);
}

void
arrivals_close(struct arrivals *a)
{
	struct arrival *v;

	while ((v = fairqueue_take(&a->waiting)) != NULL)
		arrival_free(v);
	uv_timer_stop(&a->timer);
}
