/* taps.c - the terminals that are looked at. */
#include "gateway/recorder/taps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"

#define PACKETS	   16 /* of one terminal in one turn: others come next */
#define HELD_MS	   20
#define HELD_MAX_S 30 /* so long a file may be that of the build before */

static void
close_tap(struct tapped *t)
{
	recording_end(t->recording);
	if (t->fan != NULL)
		fanout_free(t->fan);
	scope_close(&t->fd); /* which also takes it from epoll */
	LIST_REMOVE(t, next);
	free(t);
}

/* --- to the monitor --------------------------------------------------------- */

static void
tell(const struct recorder *r, const struct msg *m)
{
	struct err ignored; /* without a monitor there is nobody to tell */

	if (r->monitor.fd != -1)
		chan_send(&r->monitor, m, &ignored);
}

static void
answer(const struct recorder *r, uint32_t serial, const char *file,
    const char *reason)
{
	struct msg m;

	MSG_NEW(&m, TAP_OPENED, tap_opened);
	m.serial = serial;
	text_copy(m.tap_opened.file, TEXT_SIZE, file);
	text_copy(m.tap_opened.reason, TEXT_SIZE, reason);
	tell(r, &m);
}

/* The recording is over, and so is the tap. */
static void
fail(const struct recorder *r, struct tapped *t)
{
	struct err e = { 0 };
	struct msg m;

	err_set(&e, t->recording->error, "recordings/%s", t->recording->file);
	log_error(NULL, "%s", e.text);
	MSG_NEW(&m, TAP_FAILED, tap_failed);
	m.tap_failed.tap = t->number;
	text_copy(m.tap_failed.reason, TEXT_SIZE, e.text);
	tell(r, &m);
	close_tap(t);
}

/* --- a new one ---------------------------------------------------------------- */

/* One whose file is not ours yet fills its socket until then. */
static int
watch(const struct recorder *r, struct tapped *t, struct err *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = t };

	if (!t->is_held &&
	    epoll_ctl(r->epoll, EPOLL_CTL_ADD, t->fd, &event) == -1)
		return err_set(e, errno, "epoll");
	return 0;
}

static int
begin_recording(struct recorder *r, struct tapped *t,
    const struct msg_tap_open *m, struct err *e)
{
	const struct recording_plan plan = {
		.key = { m->lab, m->account, m->since, m->terminal },
		.term = m->term,
		.rows = m->rows,
		.cols = m->cols,
		.since_ms = m->since_ms,
		.file = m->file,
		.is_throwaway = m->is_throwaway != 0,
		.retention = &r->retention,
	};

	t->recording = recording_begin(r->dir, &plan, e);
	if (t->recording == NULL)
		return -1;
	t->is_held = !recording_is_ready(t->recording);
	t->held_ms = (uint64_t)clock_ms();
	return 0;
}

void
taps_open(struct recorder *r, struct msg *m)
{
	const struct msg_tap_open *ask = &m->tap_open;
	struct tapped *t = calloc(1, sizeof(*t));
	struct err e = { 0 };

	if (t == NULL) {
		answer(r, m->serial, "", "atoll-recorder is out of memory");
		return;
	}
	t->number = ask->tap;
	t->fd = take_fd(&m->fd[0]);
	t->fan = fanout_new(r->fans, ask->rows, ask->cols, &e);
	LIST_INSERT_HEAD(&r->taps, t, next);
	if ((ask->is_recorded != 0 && begin_recording(r, t, ask, &e) == -1) ||
	    watch(r, t, &e) == -1) {
		answer(r, m->serial, "", e.text);
		close_tap(t);
		return;
	}
	answer(r, m->serial, t->recording == NULL ? "" : t->recording->file,
	    "");
}

static struct tapped *
find(const struct recorder *r, uint32_t number)
{
	struct tapped *t;

	LIST_FOREACH(t, &r->taps, next) {
		if (t->number == number)
			break;
	}
	return t;
}

void
taps_mark(struct recorder *r, const struct msg_tap_mark *m)
{
	struct tapped *t = find(r, m->tap);

	if (t != NULL && t->recording != NULL && !t->is_held &&
	    recording_mark(t->recording, m->text) == -1)
		fail(r, t);
}

void
taps_close(struct recorder *r, const struct msg_tap_close *m)
{
	struct tapped *t = find(r, m->tap);

	if (t != NULL)
		close_tap(t);
}

/* Without one the watcher sees its socket close, and the monitor the tap's end. */
void
taps_watch(struct recorder *r, struct msg *m)
{
	const struct msg_watch_open *ask = &m->watch_open;
	struct tapped *t = find(r, ask->tap);
	struct err e = { 0 };

	int rc = 0;

	if (t == NULL || t->fan == NULL)
		return;
	if (ask->is_tile != 0)
		rc =
		    fanout_add_tile(t->fan, ask->watch, take_fd(&m->fd[0]), &e);
	else if (ask->is_stage != 0)
		rc = fanout_add_stage(t->fan, ask->watch, take_fd(&m->fd[0]),
		    &e);
	else
		rc = fanout_add(t->fan, ask->watch, take_fd(&m->fd[0]),
		    ask->rows, ask->cols, &e);
	if (rc == -1)
		log_error(NULL, "%s", e.text);
}

/* --- what comes ----------------------------------------------------------------- */

static void
show(struct fanout *f, const struct tap_frame *frame)
{
	uint32_t status, signal;
	unsigned rows, cols;

	switch (frame->kind) {
	case TAP_OUTPUT:
	case TAP_EARLIER:
		fanout_output(f, frame->bytes, frame->length);
		break;
	case TAP_SIZE:
		if (tap_read_size(frame, &rows, &cols))
			fanout_resize(f, rows, cols);
		break;
	case TAP_LOST:
		fanout_lost(f);
		break;
	case TAP_END:
		if (tap_read_end(frame, &status, &signal))
			fanout_over(f, status, signal);
		break;
	default:
		break;
	}
}

/* False: the tap is over. */
static bool
take_packet(struct recorder *r, struct tapped *t, size_t left)
{
	const uint8_t *at = r->packet;
	struct tap_frame f;
	int rc;

	while ((rc = tap_next(&at, &left, &f)) == 1) {
		if (t->fan != NULL)
			show(t->fan, &f);
		if (t->recording != NULL &&
		    recording_take(t->recording, &f) == -1) {
			fail(r, t);
			return false;
		}
	}
	if (rc == 0)
		return true;
	/* A session that was taken over: its own recording alone suffers. */
	log_warn(NULL, "tap %u sends what is no frame: closed", t->number);
	close_tap(t);
	return false;
}

void
taps_read(struct recorder *r, struct tapped *t)
{
	for (int i = 0; i < PACKETS; i++) {
		ssize_t n =
		    recv(t->fd, r->packet, sizeof(r->packet), MSG_DONTWAIT);

		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			close_tap(t);
			return;
		}
		if (!take_packet(r, t, (size_t)n))
			return;
	}
}

/* --- those that wait for their file ---------------------------------------------- */

int
taps_check_held(struct recorder *r)
{
	uint64_t now = (uint64_t)clock_ms();
	struct tapped *t, *after;
	struct err e;
	int left = -1;

	for (t = LIST_FIRST(&r->taps); t != NULL; t = after) {
		after = LIST_NEXT(t, next);
		if (!t->is_held)
			continue;
		if (recording_is_ready(t->recording)) {
			t->is_held = false;
			if (watch(r, t, &e) == -1)
				close_tap(t);
		} else if (now - t->held_ms > HELD_MAX_S * 1000) {
			t->recording->error = EBUSY;
			fail(r, t);
		} else {
			left = HELD_MS;
		}
	}
	return left;
}
