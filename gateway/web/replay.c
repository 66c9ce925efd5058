/* replay.c - a recording that is played on a wall. */
#include "gateway/web/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/base/watching.h"
#include "gateway/web/view_read.h"
#include "gateway/web/wall_text.h"
#include "gateway/wire/rights.h"

#define GONE "the gateway does not play this recording any more: open it again"

/* What one packet brought. */
struct moment {
	bool is_there;
	uint64_t at[2];
	const char *view; /* NULL: as it was */
	char why[TEXT_SIZE];
};

void
replay_init(struct wall *w)
{
	w->replay =
	    (struct replay){ .source = SOURCE_REPLAY, .wall = w, .fd = -1 };
	text_copy(w->replay.why, TEXT_SIZE,
	    "no recording is open on this wall");
}

static void
answer(struct replay *r, enum wall_answer how, const char *text)
{
	const struct walls *all = r->wall->of;
	uint32_t asked = r->asked;

	r->asked = 0;
	if (asked != 0)
		all->told(all->self, asked, how, text);
}

void
replay_end(struct wall *w, const char *why)
{
	scope_close(&w->replay.fd); /* which takes it from epoll, too */
	text_copy(w->replay.why, TEXT_SIZE, why);
	answer(&w->replay, ANSWER_NO, why);
}

void
replay_open(struct wall *w, struct msg *m)
{
	struct epoll_event event = { .events = EPOLLIN,
		.data.ptr = &w->replay };
	struct err ignored;

	replay_end(w, "another recording was opened on this wall");
	w->replay.number = w->order;
	if (!w->is_shown) {
		replay_end(w, "no page of this wall is open");
		return;
	}
	w->replay.fd = take_fd(&m->fd[0]);
	if (chan_nonblock(w->replay.fd, &ignored) == -1 ||
	    epoll_ctl(w->of->epoll, EPOLL_CTL_ADD, w->replay.fd, &event) == -1)
		replay_end(w, "the gateway is out of memory");
}

bool
replay_is_of(const struct wall *w, uint32_t order)
{
	return order != 0 && w->replay.number == order;
}

bool
replay_is_asked(const struct wall *w)
{
	return w->replay.asked != 0;
}

/* When it has closed its end, before it has read this or after (ECONNRESET), what it said
 * last is still to be read. */
static bool
has_last_words(int error)
{
	return error == EPIPE || error == ECONNRESET;
}

void
replay_ask(struct wall *w, uint32_t number, uint64_t ms)
{
	static struct tap_packet p;

	w->replay.asked = number;
	tap_begin_packet(&p);
	tap_add(&p, (enum tap_kind)WATCH_SEEK, (uint64_t)clock_ms(), &ms,
	    sizeof(ms));
	if (rights_send(w->replay.fd, p.bytes, p.used, NULL, 0) == -1 &&
	    !has_last_words(errno))
		replay_end(w, GONE);
}

/* --- what comes ---------------------------------------------------------------- */

static void
take_frame(struct replay *r, const struct tap_frame *f,
    const struct rights *fds, struct moment *to)
{
	switch (f->kind) {
	case WATCH_AT:
		to->is_there = f->length == sizeof(to->at);
		if (to->is_there)
			memcpy(to->at, f->bytes, sizeof(to->at));
		break;
	case TAP_SIZE:
		tap_read_size(f, &r->rows, &r->cols);
		break;
	case WATCH_VIEW:
		if (fds->count == 1)
			to->view = view_read(fds->fd[0]);
		break;
	case TAP_MARKER:
		snprintf(to->why, sizeof(to->why), "%.*s", (int)f->length,
		    (const char *)f->bytes);
		break;
	default:
		break;
	}
}

static void
tell(struct replay *r, const struct moment *m)
{
	FREES char *text = NULL;

	if (r->asked == 0)
		return;
	text = wall_text_moment(r, m->at, m->view);
	if (text == NULL)
		answer(r, ANSWER_NO, "the gateway is out of memory");
	else
		answer(r, ANSWER_JSON, text);
}

/* There is one answer to each question, and no more than that. */
void
replay_read(struct replay *r)
{
	static uint8_t packet[TAP_PACKET_MAX];
	const uint8_t *at = packet;
	struct moment m = { 0 };
	struct tap_frame f;
	struct rights fds;
	ssize_t n;
	size_t left;

	if (r->fd == -1)
		return; /* an event of before its end */
	n = rights_recv(r->fd, packet, sizeof(packet), 1, &fds);
	if (n == -1 &&
	    (errno == EAGAIN || errno == EINTR || has_last_words(errno)))
		return;
	if (n <= 0) {
		replay_end(r->wall, GONE);
		return;
	}
	left = (size_t)n;
	while (tap_next(&at, &left, &f) == 1)
		take_frame(r, &f, &fds, &m);
	rights_close(&fds);
	if (m.why[0] != '\0')
		replay_end(r->wall, m.why);
	else if (m.is_there)
		tell(r, &m);
}
