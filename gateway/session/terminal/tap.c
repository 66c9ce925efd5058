/* tap.c - a copy of what a terminal shows, for a recording and for watchers. */
#include "gateway/session/terminal/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"

#define AWAIT_MS 10000

#define TO(state) (1u << (state))
static const unsigned steps[TAP_STATES] = {
	[UNTAPPED] = TO(TAP_AWAITED) | TO(TAPPED),
	[TAP_AWAITED] = TO(TAPPED) | TO(UNTAPPED),
	[TAPPED] = TO(TAPPED) | TO(TAP_BROKEN) | TO(UNTAPPED),
	[TAP_BROKEN] = TO(TAPPED) | TO(UNTAPPED),
};

/* A step that is not there is a defect of ours: the terminal is not copied then. */
static void
tap_step(struct tap *t, enum tap_state next)
{
	t->state = (steps[t->state] & TO(next)) != 0 ? next : UNTAPPED;
}

static uint64_t
now_ms(void)
{
	return (uint64_t)clock_ms();
}

/* --- what is kept ----------------------------------------------------------- */

static void
keep(struct tap *t, const uint8_t *bytes, size_t n)
{
	if (n > TAP_EARLIER_BYTES) {
		t->earlier_end += n - TAP_EARLIER_BYTES;
		bytes += n - TAP_EARLIER_BYTES;
		n = TAP_EARLIER_BYTES;
	}
	while (n > 0) {
		size_t at = (size_t)(t->earlier_end % TAP_EARLIER_BYTES);
		size_t part = TAP_EARLIER_BYTES - at;

		if (part > n)
			part = n;
		memcpy(t->earlier + at, bytes, part);
		t->earlier_end += part;
		bytes += part;
		n -= part;
	}
}

static void
forget_earlier(struct tap *t)
{
	free(t->earlier);
	t->earlier = NULL;
	t->earlier_end = 0;
}

/* --- sending ---------------------------------------------------------------- */

/* The first thing in a packet says when it goes. */
static void
set_due(struct tap *t)
{
	if (t->due_ms == 0)
		t->due_ms = clock_ms() + TAP_COLLECT_MS;
}

/* What comes before anything else in a packet. */
static void
begin_packet(struct tap *t)
{
	tap_begin_packet(t->packet);
	t->collected = 0;
	t->due_ms = 0;
	if (t->is_size_due)
		tap_add_size(t->packet, now_ms(), t->rows, t->cols);
	if (t->lost == 0)
		return;
	tap_add_lost(t->packet, now_ms(), t->lost);
	set_due(t);
}

/* Its other end is gone: another tap may come. */
static void
break_off(struct tap *t)
{
	scope_close(&t->fd);
	tap_step(t, TAP_BROKEN);
}

static void
flush(struct tap *t)
{
	ssize_t n = -1;

	if (t->packet->used == 0)
		return;
	if (t->state == TAPPED) {
		n = send(t->fd, t->packet->bytes, t->packet->used,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			break_off(t);
	}
	if (n == -1) {
		t->lost += t->collected;
		t->is_size_due = true;
	} else {
		t->lost = 0;
		t->is_size_due = false;
	}
	begin_packet(t);
}

static void
add_output(struct tap *t, enum tap_kind kind, const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		size_t took =
		    tap_add_output(t->packet, kind, now_ms(), bytes, n);

		if (took == 0) {
			flush(t);
			continue;
		}
		t->collected += kind == TAP_OUTPUT ? took : 0;
		bytes += took;
		n -= took;
	}
	set_due(t);
}

static void
add_earlier(struct tap *t, enum tap_kind kind)
{
	uint64_t at = t->earlier_end > TAP_EARLIER_BYTES
			  ? t->earlier_end - TAP_EARLIER_BYTES
			  : 0;

	while (at < t->earlier_end) {
		size_t from = (size_t)(at % TAP_EARLIER_BYTES);
		size_t part = TAP_EARLIER_BYTES - from;

		if (part > t->earlier_end - at)
			part = (size_t)(t->earlier_end - at);
		add_output(t, kind, t->earlier + from, part);
		at += part;
	}
}

/* --- its life --------------------------------------------------------------- */

void
tap_begin(struct tap *t, bool awaits, bool is_kept)
{
	t->is_kept = is_kept;
	t->earlier_end = 0;
	if (t->earlier == NULL && (awaits || is_kept))
		t->earlier = malloc(TAP_EARLIER_BYTES);
	if (!awaits)
		return;
	tap_step(t, TAP_AWAITED);
	t->ends_ms = clock_ms() + AWAIT_MS;
}

bool
tap_open(struct tap *t, int fd, bool wants_earlier)
{
	bool was_awaited = t->state == TAP_AWAITED;

	if (t->packet == NULL) {
		t->packet = malloc(sizeof(*t->packet));
		if (t->packet == NULL) {
			close(fd);
			return false;
		}
		tap_begin_packet(t->packet);
	}
	if (t->state == TAPPED) {
		flush(t);
		scope_close(&t->fd);
	}
	t->fd = fd;
	tap_step(t, TAPPED);
	t->is_size_due = true;
	if (t->collected == 0)
		begin_packet(t);
	if (t->earlier != NULL && (was_awaited || wants_earlier))
		add_earlier(t, was_awaited ? TAP_OUTPUT : TAP_EARLIER);
	if (!t->is_kept)
		forget_earlier(t);
	set_due(t);
	return true;
}

void
tap_give_earlier(struct tap *t, const uint8_t *bytes, size_t n)
{
	if (t->state == TAPPED)
		add_output(t, TAP_EARLIER, bytes, n);
}

void
tap_give_up(struct tap *t)
{
	if (t->state != UNTAPPED)
		tap_step(t, UNTAPPED);
	if (!t->is_kept)
		forget_earlier(t);
}

void
tap_copy(struct tap *t, const void *bytes, size_t n)
{
	if (t->earlier != NULL)
		keep(t, bytes, n);
	if (t->state == TAPPED)
		add_output(t, TAP_OUTPUT, bytes, n);
	else if (t->state == TAP_BROKEN)
		t->lost += n;
}

void
tap_resize(struct tap *t, unsigned rows, unsigned cols)
{
	t->rows = rows;
	t->cols = cols;
	if (t->state != TAPPED)
		return;
	if (!tap_add_size(t->packet, now_ms(), rows, cols)) {
		flush(t);
		tap_add_size(t->packet, now_ms(), rows, cols);
	}
	set_due(t);
}

void
tap_close(struct tap *t, uint32_t status, uint32_t signal)
{
	if (t->state == TAPPED) {
		if (!tap_add_end(t->packet, now_ms(), status, signal)) {
			flush(t);
			tap_add_end(t->packet, now_ms(), status, signal);
		}
		flush(t);
	}
	if (t->state == TAPPED)
		scope_close(&t->fd);
	free(t->packet);
	forget_earlier(t);
	*t = (struct tap){ .fd = -1 };
}

void
tap_turn(struct tap *t)
{
	if (t->state == TAPPED && t->due_ms != 0 && clock_ms() >= t->due_ms)
		flush(t);
}

int
tap_timeout(const struct tap *t)
{
	int64_t ends = t->state == TAP_AWAITED ? t->ends_ms
		       : t->state == TAPPED    ? t->due_ms
					       : 0;
	int64_t left = ends - clock_ms();

	if (ends == 0)
		return -1;
	return left < 0 ? 0 : (int)left;
}
