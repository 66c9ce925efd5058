/* serve.c - record for as long as there is something to be recorded. */
#include "gateway/recorder/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/recorder/listing.h"
#include "gateway/recorder/taps.h"

#define EVENTS_MAX 64
#define ALONE_MS   60000

int
recorder_loop(struct err *e)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	return fd == -1 ? err_set(e, errno, "epoll") : fd;
}

/* --- the monitor -------------------------------------------------------------- */

static int
on_message(void *self, struct msg *m, struct err *e)
{
	struct recorder *r = self;

	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(&r->monitor, m, e);
	case MSG_TAP_OPEN:
		taps_open(r, m);
		return 0;
	case MSG_TAP_CLOSE:
		taps_close(r, &m->tap_close);
		return 0;
	case MSG_WATCH_OPEN:
		taps_watch(r, m);
		return 0;
	case MSG_WATCH_CLOSE:
		fanouts_drop(r->fans, m->watch_close.watch);
		return 0;
	case MSG_TAP_MARK:
		taps_mark(r, &m->tap_mark);
		return 0;
	case MSG_RECORDINGS_LIMIT:
		retention_set(&r->retention, m->recordings_limit.max,
		    m->recordings_limit.keep, m->recordings_limit.wait);
		return 0;
	case MSG_RECORDINGS_GET:
		listing_tell(r, m);
		return 0;
	case MSG_RECORDING_OPEN:
		listing_open(r, m);
		return 0;
	case MSG_RECORDING_PLAY:
		playings_open(&r->playings, r->dir, m->recording_play.file,
		    take_fd(&m->fd[0]));
		return 0;
	default:
		return 0;
	}
}

static void
lose_monitor(struct recorder *r)
{
	scope_close(&r->monitor.fd);
	r->ends_ms = (uint64_t)clock_ms() + ALONE_MS;
}

static int
read_monitor(struct recorder *r, struct err *e)
{
	int rc = chan_hear(&r->monitor, on_message, r, e);

	if (rc != 1)
		return rc;
	lose_monitor(r);
	return 0;
}

/* --- the loop ----------------------------------------------------------------- */

static bool
is_over(const struct recorder *r)
{
	return r->ends_ms != 0 &&
	       (LIST_EMPTY(&r->taps) || (uint64_t)clock_ms() >= r->ends_ms);
}

/* Of a tap that has ended there is no event any more: its descriptor was closed,
 * and each is in one event of a turn at most.  The monitor comes last, since what
 * it says may end taps. */
static int
turn(struct recorder *r, struct err *e)
{
	struct epoll_event events[EVENTS_MAX];
	bool has_monitor = false, has_watchers = false;
	int ms = taps_check_held(r), next, n;
	bool has_more = playings_turn(&r->playings);

	next = fanouts_turn(r->fans);
	if (ms == -1)
		ms = r->ends_ms != 0 ? 1000 : 60000;
	if (next != -1 && next < ms)
		ms = next;
	if (has_more)
		ms = 0;
	if (r->monitor.fd != -1)
		retention_check(&r->retention, r->dir);
	n = epoll_wait(r->epoll, events, EVENTS_MAX, ms);
	if (n == -1 && errno != EINTR)
		return err_set(e, errno, "epoll");
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == NULL)
			has_monitor = true;
		else if (events[i].data.ptr == r->fans)
			has_watchers = true;
		else
			taps_read(r, events[i].data.ptr);
	}
	if (has_watchers)
		fanouts_serve(r->fans);
	return has_monitor ? read_monitor(r, e) : 0;
}

/* Of watchers, and of pictures that are made. */
static int
listen_to_watchers(struct recorder *r, struct err *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = r->fans };

	if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->fans->epoll, &event) == -1 ||
	    epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->fans->painter.fd, &event) ==
		-1)
		return err_set(e, errno, "epoll");
	return 0;
}

int
recorder_serve(int link, int dir, int loop, struct fanouts *fans, struct err *e)
{
	/* Not on the stack: it is large. */
	static struct recorder r;
	struct epoll_event event = { .events = EPOLLIN };

	r.monitor = (struct chan){ link, RECORDER, MONITOR };
	r.dir = dir;
	r.epoll = loop;
	r.fans = fans;
	LIST_INIT(&r.taps);
	playings_begin(&r.playings, fans);
	if (epoll_ctl(loop, EPOLL_CTL_ADD, link, &event) == -1)
		return err_set(e, errno, "epoll");
	if (listen_to_watchers(&r, e) == -1)
		return -1;
	if (chan_hello(&r.monitor, e) == -1)
		return -1;
	while (!is_over(&r)) {
		if (turn(&r, e) == -1)
			return -1;
	}
	return 0;
}
