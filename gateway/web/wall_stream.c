/* wall_stream.c - an open page of a wall: a stream of events to it. */
#include "gateway/web/wall_stream.h"

#include <stdlib.h>

#include "gateway/web/wall.h"
#include "gateway/web/wall_text.h"

struct wall_stream {
	struct event_stream events;
	struct wall *wall;
	bool is_greeted;
	uint64_t sent, left_sent; /* versions of the wall */
};

/* --- what comes next --------------------------------------------------------- */

static const struct tile *
next_tile(const struct wall_stream *s)
{
	const struct tile *t;

	TAILQ_FOREACH(t, &s->wall->tiles, next) {
		if (t->version > s->sent && t->fd != -1)
			break;
	}
	return t;
}

static const struct person *
next_person(const struct wall_stream *s)
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
write_change(struct wall_stream *s, size_t *size)
{
	const struct person *p = next_person(s);
	const struct tile *t = next_tile(s);

	if (p != NULL && (t == NULL || p->version < t->version)) {
		s->sent = p->version;
		return wall_text_person(p, size);
	}
	if (t == NULL)
		return NULL;
	s->sent = t->version;
	return wall_text_tile(t, size);
}

/* NULL: there is nothing now. */
static char *
write_next(void *self, size_t *size)
{
	struct wall_stream *s = self;
	struct wall *w = s->wall;

	if (wall_is_over(w)) {
		s->events.is_over = true;
		return wall_text_over(w->why, size);
	}
	if (!s->is_greeted) {
		s->is_greeted = true;
		return wall_text_hello(w, size);
	}
	if (s->left_sent != w->left) {
		s->left_sent = w->left;
		return wall_text_list(w, size);
	}
	return write_change(s, size);
}

/* What changed last stands last; tiles that are over were taken away before. */
static bool
has_news(const void *self)
{
	const struct wall_stream *s = self;
	const struct wall *w = s->wall;
	const struct tile *t = TAILQ_LAST(&w->tiles, tile_list);
	const struct person *p = TAILQ_LAST(&w->people, person_list);

	return wall_is_over(w) || !s->is_greeted || s->left_sent != w->left ||
	       (t != NULL && t->version > s->sent) ||
	       (p != NULL && p->version > s->sent);
}

/* --- its life ---------------------------------------------------------------- */

static void
on_end(void *self)
{
	struct wall_stream *s = self;

	wall_page_closed(s->wall);
	free(s);
}

static const struct event_source of_wall = { .next = write_next,
	.has_news = has_news,
	.ended = on_end };

/* Those that are being sent away do not count. */
static void
make_place(const struct event_streams *all, const struct wall *w)
{
	struct event_stream *s, *oldest = NULL;
	unsigned n = 0;

	TAILQ_FOREACH_REVERSE(s, &all->all, event_stream_list, next) {
		const struct wall_stream *of = s->self;

		if (of->wall == w && !s->is_over) {
			oldest = s;
			n++;
		}
	}
	if (n >= STREAMS_OF_WALL)
		event_stream_send_away(oldest);
}

struct MHD_Response *
wall_stream_open(struct event_streams *all, struct wall *w,
    struct MHD_Connection *connection, int fd)
{
	struct MHD_Response *r;
	struct wall_stream *s;

	make_place(all, w);
	if (all->count >= WALL_STREAMS_MAX)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->wall = w;
	s->left_sent = UINT64_MAX;
	r = event_stream_open(all, &s->events, &of_wall, s, connection, fd);
	if (r == NULL)
		free(s);
	else
		wall_page_opened(w);
	return r;
}
