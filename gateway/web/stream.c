/* stream.c - an open page of a wall: a stream of events to it. */
#include "gateway/web/stream.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/web/wall_text.h"

#define BLOCK_SIZE 4096
#define REST_TEXT  ": \n\n"

void
streams_begin(struct streams *all)
{
	TAILQ_INIT(&all->all);
	all->count = 0;
}

/* --- what comes next --------------------------------------------------------- */

static const struct tile *
next_tile(const struct stream *s)
{
	const struct tile *t;

	TAILQ_FOREACH(t, &s->wall->tiles, next) {
		if (t->version > s->sent && t->fd != -1)
			break;
	}
	return t;
}

static const struct person *
next_person(const struct stream *s)
{
	const struct person *p;

	TAILQ_FOREACH(p, &s->wall->people, next) {
		if (p->version > s->sent)
			break;
	}
	return p;
}

/* The older of both, or NULL. */
static char *
write_change(struct stream *s)
{
	const struct person *p = next_person(s);
	const struct tile *t = next_tile(s);

	if (p != NULL && (t == NULL || p->version < t->version)) {
		s->sent = p->version;
		return wall_text_person(p, &s->size);
	}
	if (t == NULL)
		return NULL;
	s->sent = t->version;
	return wall_text_tile(t, &s->size);
}

/* NULL: there is nothing now. */
static char *
write_next(struct stream *s)
{
	struct wall *w = s->wall;

	if (wall_is_over(w)) {
		s->is_over = true;
		return wall_text_over(w->why, &s->size);
	}
	if (!s->is_greeted) {
		s->is_greeted = true;
		return wall_text_hello(w, &s->size);
	}
	if (s->left_sent != w->left) {
		s->left_sent = w->left;
		return wall_text_list(w, &s->size);
	}
	return write_change(s);
}

/* What changed last stands last; tiles that are over were taken away before. */
static bool
has_news(const struct stream *s)
{
	const struct wall *w = s->wall;
	const struct tile *t = TAILQ_LAST(&w->tiles, tile_list);
	const struct person *p = TAILQ_LAST(&w->people, person_list);

	return wall_is_over(w) || !s->is_greeted || s->left_sent != w->left ||
	       (t != NULL && t->version > s->sent) ||
	       (p != NULL && p->version > s->sent);
}

static bool
fill(struct stream *s)
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
	struct stream *s = self;
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
on_free(void *self)
{
	struct stream *s = self;

	TAILQ_REMOVE(&s->of->all, s, next);
	s->of->count--;
	wall_page_closed(s->wall);
	free(s->text);
	free(s);
}

static void
go_on(struct stream *s)
{
	if (s->is_suspended && s->connection != NULL) {
		s->is_suspended = false;
		MHD_resume_connection(s->connection);
	}
}

/* Also when its client takes nothing. */
static void
send_away(struct stream *s)
{
	s->is_over = true;
	if (s->connection != NULL)
		shutdown(s->fd, SHUT_RDWR);
	go_on(s);
}

/* Those that are being sent away do not count. */
static void
make_place(const struct streams *all, const struct wall *w)
{
	struct stream *s, *oldest = NULL;
	unsigned n = 0;

	TAILQ_FOREACH_REVERSE(s, &all->all, stream_list, next) {
		if (s->wall == w && !s->is_over) {
			oldest = s;
			n++;
		}
	}
	if (n >= STREAMS_OF_WALL)
		send_away(oldest);
}

struct MHD_Response *
stream_open(struct streams *all, struct wall *w,
    struct MHD_Connection *connection, int fd)
{
	struct MHD_Response *r;
	struct stream *s;

	make_place(all, w);
	if (all->count >= STREAMS_MAX)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE,
	    on_room, s, on_free);
	if (r == NULL) {
		free(s);
		return NULL;
	}
	s->of = all;
	s->wall = w;
	s->connection = connection;
	s->fd = fd;
	s->left_sent = UINT64_MAX;
	s->took_ms = clock_ms();
	TAILQ_INSERT_TAIL(&all->all, s, next);
	all->count++;
	wall_page_opened(w);
	return r;
}

void
streams_forget(struct streams *all, const struct MHD_Connection *connection)
{
	struct stream *s;

	TAILQ_FOREACH(s, &all->all, next) {
		if (s->connection == connection)
			s->connection = NULL;
	}
}

/* --- the loop's part --------------------------------------------------------- */

/* libmicrohttpd does not look at one that is suspended. */
static bool
has_left(const struct stream *s)
{
	char ignored;

	return recv(s->fd, &ignored, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
look(struct stream *s, int64_t now, int *ms)
{
	int64_t rest = now - s->took_ms;
	int64_t left;

	if (s->is_suspended && has_left(s)) {
		send_away(s);
		return;
	}
	if (s->is_suspended) {
		if (has_news(s) || rest >= STREAM_REST_MS)
			go_on(s);
		left = STREAM_REST_MS - rest;
	} else {
		if (rest >= STREAM_STUCK_MS && !s->is_over)
			send_away(s);
		left = STREAM_STUCK_MS - rest;
	}
	if (left > 0 && (*ms == -1 || left < *ms))
		*ms = (int)left;
}

int
streams_turn(struct streams *all)
{
	int64_t now = clock_ms();
	struct stream *s;
	int ms = -1;

	TAILQ_FOREACH(s, &all->all, next) {
		if (s->connection != NULL)
			look(s, now, &ms);
	}
	return ms;
}
