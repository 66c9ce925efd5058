/* wall_text.c - what is on a wall as events of a stream. */
#include "gateway/web/wall_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/web/event_text.h"

char *
wall_text_hello(const struct wall *w, size_t *size)
{
	char *text;
	FILE *to = event_begin(&text, size, "hello");

	if (to == NULL)
		return NULL;
	event_member(to, "\"lab\":", w->lab);
	event_member(to, ",\"account\":", w->account);
	return event_end(to, &text);
}

char *
wall_text_list(const struct wall *w, size_t *size)
{
	const struct person *p;
	const struct tile *t;
	const char *comma = "";
	char *text;
	FILE *to = event_begin(&text, size, "list");

	if (to == NULL)
		return NULL;
	fprintf(to, "\"hidden\":%u,\"tiles\":[", w->hidden);
	TAILQ_FOREACH(t, &w->tiles, next) {
		if (t->fd == -1)
			continue;
		fprintf(to, "%s%" PRIu32, comma, t->number);
		comma = ",";
	}
	fputs("],\"people\":[", to);
	comma = "";
	TAILQ_FOREACH(p, &w->people, next) {
		event_member(to, comma, p->account);
		comma = ",";
	}
	fputc(']', to);
	return event_end(to, &text);
}

char *
wall_text_over(const char *why, size_t *size)
{
	char *text;
	FILE *to = event_begin(&text, size, "over");

	if (to == NULL)
		return NULL;
	event_member(to, "\"why\":", why);
	return event_end(to, &text);
}

char *
wall_text_tile(const struct tile *t, size_t *size)
{
	char *text;
	FILE *to = event_begin(&text, size, "tile");

	if (to == NULL)
		return NULL;
	fprintf(to,
	    "\"tile\":%" PRIu32 ",\"terminal\":%" PRIu32
	    ",\"rows\":%u,\"cols\":%u",
	    t->number, t->terminal, t->rows, t->cols);
	event_member(to, ",\"account\":", t->account);
	event_member(to, ",\"view\":", t->view == NULL ? "" : t->view);
	return event_end(to, &text);
}

char *
wall_text_opened(uint32_t number)
{
	char *text;

	return asprintf(&text, "{\"replay\":%" PRIu32 "}", number) == -1 ? NULL
									 : text;
}

char *
wall_text_moment(const struct replay *r, const uint64_t at[2], const char *view)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return NULL;
	fprintf(to,
	    "{\"at\":%" PRIu64 ",\"of\":%" PRIu64 ",\"rows\":%u,\"cols\":%u",
	    at[0], at[1], r->rows, r->cols);
	if (view != NULL)
		event_member(to, ",\"view\":", view);
	fputc('}', to);
	return event_close(to, &text);
}

/* Seconds, which a page counts on from. */
char *
wall_text_person(const struct person *p, size_t *size)
{
	int64_t hand = (int64_t)time(NULL) - (int64_t)p->hand;
	int64_t idle =
	    p->idle_from_ms == -1 ? -1 : (clock_ms() - p->idle_from_ms) / 1000;
	char *text;
	FILE *to = event_begin(&text, size, "person");

	if (to == NULL)
		return NULL;
	event_member(to, "\"account\":", p->account);
	fprintf(to,
	    ",\"idle\":%" PRId64 ",\"points\":%" PRIu32 ",\"most\":%" PRIu32
	    ",\"hand\":%" PRId64,
	    idle, p->points, p->most,
	    p->hand == 0 ? -1
	    : hand < 0	 ? 0
			 : hand);
	event_member(to, ",\"handText\":", p->hand_text);
	return event_end(to, &text);
}
