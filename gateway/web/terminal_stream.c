/* terminal_stream.c - the open page of a terminal: a stream of events to it. */
#include "gateway/web/terminal_stream.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/web/terminal.h"
#include "gateway/web/terminal_text.h"

#define PIECE_MAX 8192 /* bytes that were shown, of one event */

struct terminal_stream {
	struct event_stream events;
	struct terminal *terminal; /* NULL: another page has it now */
	bool is_cut;
	uint64_t version; /* of the terminal's state that was sent; 0: none */
	uint64_t sent;	  /* the number of the byte that is sent next */
};

/* --- what comes next --------------------------------------------------------- */

/* A page that was loaded anew has nothing, and one whose network was away for long may
 * have less than is kept. */
static void
begin_at(struct terminal_stream *s, uint64_t from)
{
	uint64_t first = shown_first(&s->terminal->shown);

	s->is_cut = from < first || from > s->terminal->shown.end;
	s->sent = s->is_cut ? first : from;
}

static char *
write_shown(struct terminal_stream *s, size_t *size)
{
	size_t n;
	const char *bytes = shown_from(&s->terminal->shown, s->sent, &n);

	if (n == 0)
		return NULL;
	if (n > PIECE_MAX)
		n = PIECE_MAX;
	s->sent += n;
	return terminal_text_shown(bytes, n, s->sent, size);
}

/* The end comes after all that was shown. */
static bool
has_state(const struct terminal_stream *s)
{
	const struct terminal *t = s->terminal;

	return s->version != t->version + 1 &&
	       (t->state != TERM_OVER || s->sent == t->shown.end);
}

static bool
has_news(const void *self)
{
	const struct terminal_stream *s = self;

	return s->terminal == NULL || s->is_cut || has_state(s) ||
	       s->sent < s->terminal->shown.end;
}

/* NULL: there is nothing now. */
static char *
write_next(void *self, size_t *size)
{
	struct terminal_stream *s = self;
	struct terminal *t = s->terminal;

	if (t == NULL) {
		s->events.is_over = true;
		return terminal_text_moved(size);
	}
	/* It may say that it has what it was not sent. */
	if (s->sent < shown_first(&t->shown))
		begin_at(s, s->sent);
	if (s->is_cut) {
		s->is_cut = false;
		return terminal_text_cut(size);
	}
	if (!has_state(s))
		return write_shown(s, size);
	s->version = t->version + 1;
	s->events.is_over = t->state == TERM_OVER;
	return terminal_text_state(t, size);
}

/* --- its life ---------------------------------------------------------------- */

static void
let_go(void *self)
{
	struct terminal_stream *s = self;
	struct terminal *t = s->terminal;

	if (t == NULL)
		return;
	t->stream = NULL;
	t->left_ms = clock_ms();
	s->terminal = NULL;
}

static void
on_end(void *self)
{
	let_go(self);
	free(self);
}

static const struct event_source of_terminal = { .next = write_next,
	.has_news = has_news,
	.gone = let_go,
	.ended = on_end };

struct MHD_Response *
terminal_stream_open(struct event_streams *all, struct terminal *t,
    uint64_t from, struct MHD_Connection *connection, int fd)
{
	struct terminal_stream *s = calloc(1, sizeof(*s));
	struct MHD_Response *r;

	if (s == NULL)
		return NULL;
	r = event_stream_open(all, &s->events, &of_terminal, s, connection, fd);
	if (r == NULL) {
		free(s);
		return NULL;
	}
	if (t->stream != NULL)
		let_go(t->stream);
	s->terminal = t;
	begin_at(s, from);
	t->stream = s;
	return r;
}
