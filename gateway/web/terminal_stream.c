/* terminal_stream.c - the open page of a terminal: a stream of events to it. */
#include "gateway/web/terminal_stream.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/web/stream.h"
#include "gateway/web/terminal_text.h"

#define BLOCK_SIZE   16384
#define PIECE_MAX    8192 /* bytes that were shown, of one event */
#define LOOK_EACH_MS 1000
#define REST_TEXT    ": \n\n"

void
terminal_streams_begin(struct terminal_streams *all)
{
	TAILQ_INIT(&all->all);
}

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
write_shown(struct terminal_stream *s)
{
	size_t n;
	const char *bytes = shown_from(&s->terminal->shown, s->sent, &n);

	if (n == 0)
		return NULL;
	if (n > PIECE_MAX)
		n = PIECE_MAX;
	s->sent += n;
	return terminal_text_shown(bytes, n, s->sent, &s->size);
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
has_news(const struct terminal_stream *s)
{
	return s->terminal == NULL || s->is_cut || has_state(s) ||
	       s->sent < s->terminal->shown.end;
}

/* NULL: there is nothing now. */
static char *
write_next(struct terminal_stream *s)
{
	struct terminal *t = s->terminal;

	if (t == NULL) {
		s->is_over = true;
		return terminal_text_moved(&s->size);
	}
	/* It may say that it has what it was not sent. */
	if (s->sent < shown_first(&t->shown))
		begin_at(s, s->sent);
	if (s->is_cut) {
		s->is_cut = false;
		return terminal_text_cut(&s->size);
	}
	if (!has_state(s))
		return write_shown(s);
	s->version = t->version + 1;
	s->is_over = t->state == TERM_OVER;
	return terminal_text_state(t, &s->size);
}

static bool
fill(struct terminal_stream *s)
{
	free(s->text);
	s->at = s->size = 0;
	s->text = write_next(s);
	if (s->text == NULL && clock_ms() - s->took_ms >= STREAM_REST_MS) {
		s->text = strdup(REST_TEXT);
		s->size = strlen(REST_TEXT);
	}
	if (s->text == NULL)
		s->size = 0;
	return s->text != NULL;
}

/* libmicrohttpd has room for more. */
static ssize_t
on_room(void *self, uint64_t position, char *to, size_t room)
{
	struct terminal_stream *s = self;
	size_t n;

	(void)position;
	if (s->connection == NULL || (s->is_over && s->at == s->size))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (s->at == s->size && !fill(s)) {
		s->is_suspended = true;
		MHD_suspend_connection(s->connection);
		return 0;
	}
	s->took_ms = clock_ms();
	n = s->size - s->at;
	if (n > room)
		n = room;
	memcpy(to, s->text + s->at, n);
	s->at += n;
	return (ssize_t)n;
}

/* --- its life ---------------------------------------------------------------- */

static void
let_go(struct terminal_stream *s)
{
	struct terminal *t = s->terminal;

	if (t == NULL)
		return;
	t->stream = NULL;
	t->left_ms = clock_ms();
	s->terminal = NULL;
}

static void
on_free(void *self)
{
	struct terminal_stream *s = self;

	TAILQ_REMOVE(&s->of->all, s, next);
	let_go(s);
	free(s->text);
	free(s);
}

static void
go_on(struct terminal_stream *s)
{
	if (s->is_suspended && s->connection != NULL) {
		s->is_suspended = false;
		MHD_resume_connection(s->connection);
	}
}

/* Also when its client takes nothing. */
static void
send_away(struct terminal_stream *s)
{
	s->is_over = true;
	if (s->connection != NULL)
		shutdown(s->fd, SHUT_RDWR);
	go_on(s);
}

struct MHD_Response *
terminal_stream_open(struct terminal_streams *all, struct terminal *t,
    uint64_t from, struct MHD_Connection *connection, int fd)
{
	struct terminal_stream *s = calloc(1, sizeof(*s));
	struct MHD_Response *r;

	if (s == NULL)
		return NULL;
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE,
	    on_room, s, on_free);
	if (r == NULL) {
		free(s);
		return NULL;
	}
	if (t->stream != NULL)
		let_go(t->stream);
	s->of = all;
	s->terminal = t;
	s->connection = connection;
	s->fd = fd;
	s->took_ms = clock_ms();
	begin_at(s, from);
	t->stream = s;
	TAILQ_INSERT_TAIL(&all->all, s, next);
	return r;
}

void
terminal_streams_forget(struct terminal_streams *all,
    const struct MHD_Connection *connection)
{
	struct terminal_stream *s;

	TAILQ_FOREACH(s, &all->all, next) {
		if (s->connection == connection) {
			s->connection = NULL;
			let_go(s);
		}
	}
}

/* --- the loop's part --------------------------------------------------------- */

/* libmicrohttpd does not look at one that is suspended.  Each key that anybody types is a
 * turn of the loop: not each asks this of all. */
static bool
has_left(struct terminal_stream *s, int64_t now)
{
	char ignored;

	if (now - s->looked_ms < LOOK_EACH_MS)
		return false;
	s->looked_ms = now;
	return recv(s->fd, &ignored, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
look(struct terminal_stream *s, int64_t now, int *ms)
{
	int64_t rest = now - s->took_ms;
	int64_t left;

	if (s->is_suspended && has_left(s, now)) {
		send_away(s);
		return;
	}
	if (s->is_suspended) {
		if (has_news(s) || rest >= STREAM_REST_MS)
			go_on(s);
		left = STREAM_REST_MS - rest;
		if (left > LOOK_EACH_MS)
			left = LOOK_EACH_MS;
	} else {
		if (rest >= STREAM_STUCK_MS && !s->is_over)
			send_away(s);
		left = STREAM_STUCK_MS - rest;
	}
	if (left > 0 && (*ms == -1 || left < *ms))
		*ms = (int)left;
}

int
terminal_streams_turn(struct terminal_streams *all)
{
	int64_t now = clock_ms();
	struct terminal_stream *s;
	int ms = -1;

	TAILQ_FOREACH(s, &all->all, next) {
		if (s->connection != NULL)
			look(s, now, &ms);
	}
	return ms;
}
