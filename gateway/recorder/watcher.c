/* watcher.c - one that is shown a terminal: its socket. */
#include "gateway/recorder/watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/wire/rights.h"

#define ROWS_MAX 1000
#define ASKS_MAX 4 /* packets of one turn */

#define TO(state) (1u << (state))
static const unsigned steps[WATCHER_STATES] = {
	[WATCHER_STALE] =
	    TO(WATCHER_SHOWN) | TO(WATCHER_BLOCKED) | TO(WATCHER_GONE),
	[WATCHER_BLOCKED] = TO(WATCHER_STALE) | TO(WATCHER_GONE),
	[WATCHER_SHOWN] =
	    TO(WATCHER_STALE) | TO(WATCHER_BLOCKED) | TO(WATCHER_GONE),
	[WATCHER_GONE] = 0,
};

/* A blocked one is looked at when its socket is free again. */
static void
listen_to(struct watcher *w)
{
	struct epoll_event event = { .data.ptr = w,
		.events = w->state == WATCHER_BLOCKED ? EPOLLIN | EPOLLOUT
						      : EPOLLIN };

	epoll_ctl(w->fan->of->epoll, EPOLL_CTL_MOD, w->fd, &event);
}

void
watcher_step(struct watcher *w, enum watcher_state next)
{
	bool was_blocked = w->state == WATCHER_BLOCKED;

	if (w->state == next)
		return;
	w->state = (steps[w->state] & TO(next)) != 0 ? next : WATCHER_GONE;
	if (w->state == WATCHER_GONE)
		scope_close(&w->fd); /* which takes it from epoll, too */
	else if (was_blocked || next == WATCHER_BLOCKED)
		listen_to(w);
}

bool
watcher_is_exact(const struct watcher *w)
{
	return !w->is_stage && !w->is_tile && w->rows == w->fan->rows &&
	       w->cols == w->fan->cols;
}

void
watcher_order(const struct watcher *w, struct snapshot_order *order)
{
	unsigned rows =
	    w->rows > WATCH_LINE_ROWS ? w->rows - WATCH_LINE_ROWS : w->rows;

	order->is_view = !watcher_is_exact(w);
	if (w->is_stage || w->is_tile) {
		order->to_rows = w->fan->rows;
		order->to_cols = w->fan->cols;
		return;
	}
	order->to_rows = order->is_view ? rows : w->rows;
	order->to_cols = w->cols;
}

bool
watcher_fits(const struct watcher *w, const struct snapshot_order *order)
{
	struct snapshot_order own = { 0 };

	watcher_order(w, &own);
	return own.is_view == order->is_view && own.to_rows == order->to_rows &&
	       own.to_cols == order->to_cols;
}

/* --- out ------------------------------------------------------------------ */

/* Nothing is kept: what a socket does not take is in the next picture. */
static bool
sent(struct watcher *w, int rc)
{
	if (rc != -1)
		return true;
	watcher_step(w, errno == EAGAIN || errno == EINTR || errno == ENOBUFS
			    ? WATCHER_BLOCKED
			    : WATCHER_GONE);
	return false;
}

static bool
send_packet(struct watcher *w, const struct tap_packet *p, int fd)
{
	return sent(w,
	    rights_send(w->fd, p->bytes, p->used, &fd, fd == -1 ? 0 : 1));
}

static void
add_at(struct tap_packet *p, const struct watcher *w)
{
	const uint64_t at[2] = { w->at_ms, w->of_ms };

	tap_add(p, (enum tap_kind)WATCH_AT, (uint64_t)clock_ms(), at,
	    sizeof(at));
}

bool
watcher_picture(struct watcher *w, const struct snapshot *made, bool is_view)
{
	static struct tap_packet p; /* too much for a stack */
	const uint32_t place[2] = { made->note_at, made->note_under };
	uint64_t now = (uint64_t)clock_ms();

	tap_begin_packet(&p);
	if (w->is_played)
		add_at(&p, w);
	tap_add_size(&p, now, w->fan->rows, w->fan->cols);
	tap_add(&p,
	    is_view ? (enum tap_kind)WATCH_VIEW : (enum tap_kind)WATCH_PICTURE,
	    now, place, sizeof(place));
	if (!send_packet(w, &p, made->file))
		return false;
	w->shown_ms = (int64_t)now;
	w->misses = 0;
	watcher_step(w, WATCHER_SHOWN);
	return true;
}

bool
watcher_output(struct watcher *w, const uint8_t *bytes, size_t n)
{
	static struct tap_packet p;

	while (n > 0) {
		size_t took;

		tap_begin_packet(&p);
		took = tap_add_output(&p, TAP_OUTPUT, (uint64_t)clock_ms(),
		    bytes, n);
		if (!send_packet(w, &p, -1))
			return false;
		bytes += took;
		n -= took;
	}
	return true;
}

void
watcher_end(struct watcher *w, uint32_t status, uint32_t signal)
{
	static struct tap_packet p;

	if (w->state == WATCHER_GONE)
		return;
	tap_begin_packet(&p);
	tap_add_end(&p, (uint64_t)clock_ms(), status, signal);
	send_packet(w, &p, -1);
	watcher_step(w, WATCHER_GONE);
}

void
watcher_at(struct watcher *w)
{
	static struct tap_packet p;

	tap_begin_packet(&p);
	add_at(&p, w);
	send_packet(w, &p, -1);
}

void
watcher_refuse(struct watcher *w, const char *why)
{
	static struct tap_packet p;

	if (w->state == WATCHER_GONE)
		return;
	tap_begin_packet(&p);
	tap_add(&p, TAP_MARKER, (uint64_t)clock_ms(), why, strlen(why));
	send_packet(w, &p, -1);
	watcher_step(w, WATCHER_GONE);
}

/* --- in ------------------------------------------------------------------- */

static void
take_window(struct watcher *w, unsigned rows, unsigned cols)
{
	if (rows == 0 || cols == 0 || rows > ROWS_MAX || cols > ROWS_MAX)
		return;
	w->rows = rows;
	w->cols = cols;
	if (w->state == WATCHER_SHOWN)
		watcher_step(w, WATCHER_STALE);
}

static void
take_seek(struct watcher *w, const struct tap_frame *f)
{
	if (!w->is_played || f->length != sizeof(w->seek_ms))
		return;
	memcpy(&w->seek_ms, f->bytes, sizeof(w->seek_ms));
	w->is_asked = true;
}

/* False when nothing more is to be read now. */
static bool
take_packet(struct watcher *w)
{
	uint8_t bytes[256];
	const uint8_t *at = bytes;
	struct tap_frame f;
	unsigned rows, cols;
	ssize_t n = recv(w->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	size_t left = n < 0 ? 0 : (size_t)n;
	int rc;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	while ((rc = n <= 0 ? -1 : tap_next(&at, &left, &f)) == 1) {
		if (f.kind == TAP_SIZE && tap_read_size(&f, &rows, &cols))
			take_window(w, rows, cols);
		else if (f.kind == WATCH_SEEK)
			take_seek(w, &f);
	}
	if (rc == -1)
		watcher_step(w, WATCHER_GONE);
	return rc == 0;
}

void
watcher_serve(struct watcher *w, uint32_t events)
{
	if (w->state == WATCHER_BLOCKED && (events & EPOLLOUT) != 0)
		watcher_step(w, WATCHER_STALE);
	for (int i = 0; i < ASKS_MAX && w->state != WATCHER_GONE &&
			(events & ~(uint32_t)EPOLLOUT) != 0;
	     i++) {
		if (!take_packet(w))
			return;
	}
}

void
watcher_free(struct watcher *w)
{
	scope_close(&w->fd);
	if (w->is_stage)
		w->fan->stage_count--;
	if (w->is_tile)
		w->fan->of->tiles--;
	LIST_REMOVE(w, next);
	free(w);
}
