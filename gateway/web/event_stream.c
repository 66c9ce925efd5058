/* event_stream.c - an open page's stream of events. */
#include "gateway/web/event_stream.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"

#define BLOCK_SIZE   16384
#define LOOK_EACH_MS 1000
#define REST_TEXT    ": \n\n"

void
event_streams_begin(struct event_streams *all)
{
	TAILQ_INIT(&all->all);
	all->count = 0;
}

/* --- what comes next --------------------------------------------------------- */

static bool
fill(struct event_stream *s)
{
	free(s->text);
	s->at = s->size = 0;
	s->text = s->source->next(s->self, &s->size);
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
	struct event_stream *s = self;
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
	struct event_stream *s = self;

	TAILQ_REMOVE(&s->of->all, s, next);
	s->of->count--;
	free(s->text);
	s->source->ended(s->self);
}

static void
go_on(struct event_stream *s)
{
	if (s->is_suspended && s->connection != NULL) {
		s->is_suspended = false;
		MHD_resume_connection(s->connection);
	}
}

void
event_stream_send_away(struct event_stream *s)
{
	s->is_over = true;
	if (s->connection != NULL)
		shutdown(s->fd, SHUT_RDWR);
	go_on(s);
}

struct MHD_Response *
event_stream_open(struct event_streams *all, struct event_stream *s,
    const struct event_source *source, void *self,
    struct MHD_Connection *connection, int fd)
{
	struct MHD_Response *r = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, BLOCK_SIZE, on_room, s, on_free);

	if (r == NULL)
		return NULL;
	s->of = all;
	s->source = source;
	s->self = self;
	s->connection = connection;
	s->fd = fd;
	s->took_ms = clock_ms();
	TAILQ_INSERT_TAIL(&all->all, s, next);
	all->count++;
	return r;
}

void
event_streams_forget(struct event_streams *all,
    const struct MHD_Connection *connection)
{
	struct event_stream *s;

	TAILQ_FOREACH(s, &all->all, next) {
		if (s->connection != connection)
			continue;
		s->connection = NULL;
		if (s->source->gone != NULL)
			s->source->gone(s->self);
	}
}

/* --- the loop's part --------------------------------------------------------- */

/* libmicrohttpd does not look at one that is suspended.  Each key that anybody types is a
 * turn of the loop: not each asks this of all. */
static bool
has_left(struct event_stream *s, int64_t now)
{
	char ignored;

	if (now - s->looked_ms < LOOK_EACH_MS)
		return false;
	s->looked_ms = now;
	return recv(s->fd, &ignored, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
look(struct event_stream *s, int64_t now, int *ms)
{
	int64_t rest = now - s->took_ms;
	int64_t left;

	if (s->is_suspended && has_left(s, now)) {
		event_stream_send_away(s);
		return;
	}
	if (s->is_suspended) {
		if (s->source->has_news(s->self) || rest >= STREAM_REST_MS)
			go_on(s);
		left = STREAM_REST_MS - rest;
		if (left > LOOK_EACH_MS)
			left = LOOK_EACH_MS;
	} else {
		if (rest >= STREAM_STUCK_MS && !s->is_over)
			event_stream_send_away(s);
		left = STREAM_STUCK_MS - rest;
	}
	if (left > 0 && (*ms == -1 || left < *ms))
		*ms = (int)left;
}

int
event_streams_turn(struct event_streams *all)
{
	int64_t now = clock_ms();
	struct event_stream *s;
	int ms = -1;

	TAILQ_FOREACH(s, &all->all, next) {
		if (s->connection != NULL)
			look(s, now, &ms);
	}
	return ms;
}
