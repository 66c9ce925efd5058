/*
 * pump.c - bytes between a channel and the descriptors of its process, or its
 * socket.
 *
 * Traps of libssh 0.10 that decide how this looks: ssh_channel_write() takes
 * less than it is given while keys are exchanged anew, and nothing limits what
 * it queues otherwise; input that a callback left is offered again only with
 * more input, so it has to be fetched.
 */
#include "gateway/session/terminal/pump.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/attach.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/joining.h"
#include "gateway/session/terminal/notice.h"
#include "gateway/session/terminal/responses.h"
#include "gateway/session/terminal/staging.h"
#include "gateway/session/transport/alive.h"
#include "gateway/session/transport/reply.h"

/* An honest client stops at its window of 1.3 MB. */
#define UNREAD_MAX (4U << 20)

/* What one packet may bring: libssh's offer to clients. */
#define PAST_MAX 32768

/* The client's window may be smaller by this than libssh knows.  It opens it anew
 * while half of its 1.3 MB are left, so no client ever waits for the rest. */
#define OWED_MAX (256U << 10)

/* Bytes that libssh may hold back for the client's socket. */
#define QUEUED_MAX (128U << 10)

/* Reads of one stream in one turn: other channels, and keys, come next. */
#define ROUNDS 8

/* After its process ended a pty is read until it is still for so long: a job in
 * the background may hold it open for ever. */
#define QUIET_MS 100

/* --- out of the sandbox ------------------------------------------------- */

/* How much the client and its socket would take now.  After each write libssh
 * wants to see that its socket takes more, so that alone is no reason to stop;
 * a turn of the loop for each packet would cost a tenth of our time. */
static size_t
room(const struct channel *c)
{
	size_t window = ssh_channel_window_size(c->ssh);
	const struct session *s = c->session;

	if (s->queued >= QUEUED_MAX && session_is_congested(s))
		return 0;
	return window < CHUNK_SIZE ? window : CHUNK_SIZE;
}

/* libssh's socket is free: what was queued has been written. */
static void
forget_queued(struct session *s)
{
	if (!session_is_congested(s))
		s->queued = 0;
}

/* Returns how much libssh took. */
static size_t
write_out(struct channel *c, const struct stream *st, const char *data,
    size_t length)
{
	int n;

	forget_queued(c->session);
	if (st->is_stderr)
		n = ssh_channel_write_stderr(c->ssh, data, (uint32_t)length);
	else
		n = ssh_channel_write(c->ssh, data, (uint32_t)length);
	if (n <= 0)
		return 0;
	c->session->queued += (size_t)n;
	return (size_t)n;
}

/* True when nothing is left to go before what will be read next. */
static bool
flush_out(struct channel *c, struct stream *st)
{
	while (st->tail.data != NULL) {
		size_t left = st->tail.length - st->tail.at;
		size_t may = room(c);
		size_t n = may < left ? may : left;

		n = n == 0 ? 0
			   : write_out(c, st, st->tail.data + st->tail.at, n);
		if (n == 0)
			return false;
		st->tail.at += n;
		if (st->tail.at == st->tail.length)
			tail_drop(&st->tail);
	}
	return true;
}

/* This, too, is not done by the callback: it may run inside write_out(). */
static void
drop_unread(struct channel *c)
{
	if (!c->is_unread)
		return;
	scope_close(&c->out[OUT].fd);
	tail_drop(&c->out[OUT].tail);
}

/* Is there nothing to read from the descriptor now? */
static bool
is_empty(const struct stream *st)
{
	int n = 0;

	return ioctl(st->fd, FIONREAD, &n) == 0 && n == 0;
}

/* While the window is closed nothing is read, and so no end would be seen; but
 * a stream that has nothing left needs no window to end.  A socket can be read
 * at its end; then there is nothing to read. */
static void
close_if_over(const struct channel *c, struct stream *st)
{
	struct pollfd p = { .fd = st->fd, .events = POLLIN };
	short end;

	if (st->fd == -1 || poll(&p, 1, 0) != 1)
		return;
	end = p.revents & (POLLIN | POLLHUP);
	if (end == POLLHUP || (c->forwards != 0 && end != 0 && is_empty(st)))
		scope_close(&st->fd);
}

/* A socket's end is told when it comes: bytes may still go the other way. */
static void
pass_eof(struct channel *c)
{
	if (c->forwards == 0 || c->has_sent_eof ||
	    c->state != CHANNEL_RUNNING || c->out[OUT].fd != -1 ||
	    c->out[OUT].tail.data != NULL || session_is_congested(c->session))
		return;
	ssh_channel_send_eof(c->ssh);
	c->has_sent_eof = true;
}

/* Something was read that libssh has not taken yet. */
static bool
has_tail(const struct channel *c)
{
	return c->out[OUT].tail.data != NULL || c->out[ERR].tail.data != NULL;
}

/* Since when nothing more comes from the pty of a process that ended; while
 * nothing is read, for want of room, that is not known. */
static void
note_quiet(struct channel *c)
{
	if (c->forwards != 0 || !c->request.pty || !c->ending.known ||
	    has_tail(c))
		return;
	if (c->quiet_since == 0 || room(c) == 0 ||
	    c->tap.state == TAP_AWAITED || c->stage.is_on)
		c->quiet_since = clock_ms();
}

static void
pump_out(struct channel *c, struct stream *st)
{
	for (int round = 0; round < ROUNDS && flush_out(c, st); round++) {
		size_t may = st->fd == -1 ? 0 : room(c);
		char *chunk = c->session->chunk + CHUNK_LEAD;
		size_t sent;
		ssize_t n;

		/* Output that came since attach_check_note() has looked waits
		 * for the next look: what is under the note goes first. */
		if (c->note.under != NULL || c->tap.state == TAP_AWAITED ||
		    c->stage.is_on)
			return;
		if (may == 0) {
			close_if_over(c, st);
			return;
		}
		n = read(st->fd, chunk, may);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) { /* EIO is how a pty ends */
			scope_close(&st->fd);
			return;
		}
		c->quiet_since = 0;
		if (c->request.pty)
			responses_printed(c->session);
		attach_record(c, chunk, (size_t)n);
		tap_copy(&c->tap, chunk, (size_t)n);
		if (c->request.pty)
			fullscreen_take(&c->fullscreen, chunk, (size_t)n);
		overlay_printed(&c->overlay);
		sent = write_out(c, st, chunk, (size_t)n);
		if (!tail_keep(&st->tail, chunk + sent, (size_t)n - sent))
			session_end(c->session, EXIT_MEMORY, NULL);
		if ((size_t)n < may && !c->request.pty)
			return; /* a pty gives what it has by and by */
	}
}

/* --- into the sandbox --------------------------------------------------- */

/* Returns how much went; a process that reads no more makes the rest vanish. */
static size_t
write_in(struct channel *c, const char *data, size_t length)
{
	ssize_t n = write(c->in, data, length);

	if (n >= 0)
		return (size_t)n;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	scope_close(&c->in);
	return length;
}

size_t
pump_take(struct channel *c, const void *bytes, size_t length)
{
	size_t n = 0;

	alive_typed(c->session);
	if (c->request.pty)
		echo_typed(&c->session->echoes, length, clock_us());
	note_hurry(&c->note);
	if (c->stage.is_on) {
		staging_typed(c, bytes, length);
		c->unread = 0;
		return length;
	}
	if (c->overlay.state != OVERLAY_NONE)
		overlay_typed(&c->overlay, clock_ms());
	if (c->state >= CHANNEL_RUNNING && c->in == -1)
		n = length; /* nobody will ever read it */
	else if (!c->session->seat.is_frozen && c->state == CHANNEL_RUNNING &&
		 c->in_tail.data == NULL)
		n = write_in(c, bytes, length);
	c->unread = (uint32_t)(length - n);
	if (length > UNREAD_MAX)
		session_end(c->session, EXIT_FLOOD,
		    "your client sends more than it may");
	return n;
}

/* Libssh would copy them twice, into a text and into what it keeps for us.  It
 * does not count what it does not see, so the client is given that much of the
 * window back by us.  The first bytes are libssh's, and make it open its own. */
bool
pump_take_past(struct channel *c, const void *bytes, size_t length)
{
	size_t n;

	if (c->state != CHANNEL_RUNNING || c->in == -1 || !c->is_wide ||
	    c->session->seat.is_frozen || c->is_closed || c->request.pty ||
	    c->stage.is_on || c->unread > 0 || c->in_tail.data != NULL ||
	    length > PAST_MAX)
		return false;
	alive_typed(c->session);
	n = write_in(c, bytes, length);
	if (!tail_keep(&c->in_tail, (const char *)bytes + n, length - n))
		session_end(c->session, EXIT_MEMORY, NULL);
	c->owed += (uint32_t)length;
	if (c->owed >= OWED_MAX && reply_window(c, c->owed)) {
		channel_expect(c, c->owed);
		c->owed = 0;
	}
	return true;
}

static bool
flush_in(struct channel *c)
{
	struct tail *t = &c->in_tail;

	if (t->data == NULL)
		return true;
	if (c->in != -1)
		t->at += write_in(c, t->data + t->at, t->length - t->at);
	if (c->in == -1 || t->at == t->length)
		tail_drop(t);
	return t->data == NULL;
}

/* Fetch what libssh kept, all of it: each read opens the client's window anew,
 * whatever is still kept (ssh_channel_read_timeout() of 0.10), so by pieces an
 * honest client could pile up more than its window. */
static bool
fetch(struct channel *c)
{
	uint32_t most = c->unread;
	char *data = malloc(most);
	int n;

	if (data == NULL) {
		session_end(c->session, EXIT_MEMORY, NULL);
		return false;
	}
	n = ssh_channel_read_nonblocking(c->ssh, data, most, 0);
	if (n <= 0) {
		free(data);
		c->unread = 0;
		return false;
	}
	/* New data may have come meanwhile: pump_take() counted it. */
	c->unread -= (uint32_t)n < c->unread ? (uint32_t)n : c->unread;
	c->in_tail = (struct tail){ .data = data, .length = (size_t)n };
	return true;
}

static void
pump_in(struct channel *c)
{
	/* A sandbox that stands still may run for a moment that is not its
	 * student's, see closing.h of the monitor: what is typed waits here. */
	if (c->session->seat.is_frozen)
		return;
	while (flush_in(c) && c->unread > 0 && fetch(c))
		;
	if (!(c->has_eof || c->is_closed) || c->in == -1 || c->unread > 0 ||
	    c->in_tail.data != NULL)
		return;
	/* A pty is not hung up by the client's EOF, only closed from here. */
	if (c->forwards != 0)
		shutdown(c->in, SHUT_WR);
	scope_close(&c->in);
}

/* --- all ---------------------------------------------------------------- */

unsigned
pump_wants(const struct channel *c, struct pollfd *fds)
{
	unsigned n = 0;

	if (c->state == CHANNEL_RUNNING && c->in != -1 &&
	    !c->session->seat.is_frozen &&
	    (c->unread > 0 || c->in_tail.data != NULL))
		fds[n++] = (struct pollfd){ .fd = c->in, .events = POLLOUT };
	n += joining_wants(c, fds + n);
	n += staging_wants(c, fds + n);
	for (int i = OUT; i <= ERR; i++) {
		const struct stream *st = &c->out[i];

		if (st->fd == -1 || st->tail.data != NULL ||
		    c->tap.state == TAP_AWAITED || c->stage.is_on)
			continue;
		if (room(c) > 0)
			fds[n++] = (struct pollfd){ st->fd, POLLIN, 0 };
		else if (is_empty(st)) /* for POLLHUP alone */
			fds[n++] = (struct pollfd){ st->fd, 0, 0 };
	}
	return n;
}

void
pump_all(struct session *s)
{
	struct channel *c;

	forget_queued(s);
	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->state == CHANNEL_RUNNING) {
			joining_take(c);
			pump_in(c);
		}
		attach_check_note(c);
		notice_check(c);
		staging_turn(c);
		pump_out(c, &c->out[OUT]);
		pump_out(c, &c->out[ERR]);
		drop_unread(c);
		pass_eof(c);
		note_quiet(c);
		tap_turn(&c->tap);
	}
}

bool
pump_owes_input(const struct channel *c)
{
	return c->forwards != 0 && c->state == CHANNEL_RUNNING && c->in != -1 &&
	       (c->unread > 0 || c->in_tail.data != NULL);
}

bool
pump_is_drained(const struct channel *c)
{
	if (c->forwards != 0)
		return c->in == -1 && c->has_sent_eof;
	if (!c->ending.known || has_tail(c))
		return false;
	if (c->out[OUT].fd == -1 && c->out[ERR].fd == -1)
		return true;
	return c->request.pty && c->quiet_since != 0 &&
	       clock_ms() - c->quiet_since >= QUIET_MS;
}

int
pump_timeout(const struct session *s)
{
	const struct channel *c;
	int ms = -1;

	TAILQ_FOREACH(c, &s->channels, next) {
		int left =
		    poll_sooner(note_timeout(&c->note), tap_timeout(&c->tap));

		left = poll_sooner(left, staging_timeout(c));

		if (c->state == CHANNEL_RUNNING && c->request.pty &&
		    c->ending.known)
			return poll_sooner(left, QUIET_MS);
		ms = poll_sooner(ms, left);
		if (c->overlay.state != OVERLAY_NONE)
			ms = poll_sooner(ms,
			    overlay_timeout(&c->overlay, clock_ms()));
	}
	return ms;
}
