/* wall_text.c - what is on a wall as events of a stream. */
#include "gateway/web/wall_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/base/utf8.h"

#define ESC	    0x1b
#define REPLACEMENT "\xef\xbf\xbd"

/* Without marks that turn the order of writing round, which would reach beyond a text. */
static bool
is_plain(uint32_t code)
{
	return code >= 0x20 && (code < 0x7f || code > 0x9f) &&
	       (code < 0x200e || code > 0x200f) &&
	       (code < 0x2028 || code > 0x202e) &&
	       (code < 0x2066 || code > 0x2069);
}

static void
put_string(FILE *to, const char *text)
{
	uint32_t code;

	fputc('"', to);
	for (; *text != '\0';) {
		size_t n = utf8_next(text, &code);

		if (code == '"' || code == '\\')
			fprintf(to, "\\%c", (int)code);
		else if (code == '\n')
			fputs("\\n", to);
		else if (code == ESC)
			fputs("\\u001b", to);
		else if (!is_plain(code) || (code == 0xfffd && n == 1))
			fputs(REPLACEMENT, to);
		else
			fwrite(text, 1, n, to);
		text += n;
	}
	fputc('"', to);
}

static void
put_member(FILE *to, const char *before, const char *text)
{
	fputs(before, to);
	put_string(to, text);
}

static FILE *
begin(char **text, size_t *size, const char *name)
{
	FILE *to;

	*text = NULL;
	to = open_memstream(text, size);
	if (to != NULL)
		fprintf(to, "event: %s\ndata: {", name);
	return to;
}

static char *
end(FILE *to, char *const *text)
{
	fputs("}\n\n", to);
	if (ferror(to) == 0 && fclose(to) == 0)
		return *text;
	free(*text);
	return NULL;
}

char *
wall_text_hello(const struct wall *w, size_t *size)
{
	char *text;
	FILE *to = begin(&text, size, "hello");

	if (to == NULL)
		return NULL;
	put_member(to, "\"lab\":", w->lab);
	put_member(to, ",\"account\":", w->account);
	return end(to, &text);
}

char *
wall_text_list(const struct wall *w, size_t *size)
{
	const struct person *p;
	const struct tile *t;
	const char *comma = "";
	char *text;
	FILE *to = begin(&text, size, "list");

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
		put_member(to, comma, p->account);
		comma = ",";
	}
	fputc(']', to);
	return end(to, &text);
}

char *
wall_text_over(const char *why, size_t *size)
{
	char *text;
	FILE *to = begin(&text, size, "over");

	if (to == NULL)
		return NULL;
	put_member(to, "\"why\":", why);
	return end(to, &text);
}

char *
wall_text_tile(const struct tile *t, size_t *size)
{
	char *text;
	FILE *to = begin(&text, size, "tile");

	if (to == NULL)
		return NULL;
	fprintf(to,
	    "\"tile\":%" PRIu32 ",\"terminal\":%" PRIu32
	    ",\"rows\":%u,\"cols\":%u",
	    t->number, t->terminal, t->rows, t->cols);
	put_member(to, ",\"account\":", t->account);
	put_member(to, ",\"view\":", t->view == NULL ? "" : t->view);
	return end(to, &text);
}

/* Seconds, which a page counts on from. */
char *
wall_text_person(const struct person *p, size_t *size)
{
	int64_t hand = (int64_t)time(NULL) - (int64_t)p->hand;
	int64_t idle =
	    p->idle_from_ms == -1 ? -1 : (clock_ms() - p->idle_from_ms) / 1000;
	char *text;
	FILE *to = begin(&text, size, "person");

	if (to == NULL)
		return NULL;
	put_member(to, "\"account\":", p->account);
	fprintf(to,
	    ",\"idle\":%" PRId64 ",\"points\":%" PRIu32 ",\"most\":%" PRIu32
	    ",\"hand\":%" PRId64,
	    idle, p->points, p->most,
	    p->hand == 0 ? -1
	    : hand < 0	 ? 0
			 : hand);
	put_member(to, ",\"handText\":", p->hand_text);
	return end(to, &text);
}
