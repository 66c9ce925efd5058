/* terminal_text.c - a terminal as events of a stream. */
#include "gateway/web/terminal_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/web/event_text.h"

static void
put_prompts(FILE *to, const struct terminal *t)
{
	fputs(",\"prompts\":[", to);
	for (unsigned i = 0; i < t->prompts; i++) {
		event_member(to,
		    i == 0 ? "{\"text\":" : ",{\"text\":", t->prompt[i].text);
		fprintf(to, ",\"seen\":%s}",
		    t->prompt[i].is_seen ? "true" : "false");
	}
	fputc(']', to);
}

/* One whose prompts have not all come is shown when they have. */
char *
terminal_text_state(const struct terminal *t, size_t *size)
{
	static const char *const names[] = { [TERM_LOGIN] = "login",
		[TERM_ASKING] = "ask",
		[TERM_OPEN] = "started",
		[TERM_OVER] = "over" };
	char *text;
	FILE *to = event_begin(&text, size,
	    names[t->prompts_due > 0 ? TERM_LOGIN : t->state]);

	if (to == NULL)
		return NULL;
	event_member(to, "\"why\":", t->why);
	event_member(to, ",\"text\":", t->text == NULL ? "" : t->text);
	put_prompts(to, t);
	return event_end(to, &text);
}

char *
terminal_text_shown(const char *bytes, size_t n, uint64_t number, size_t *size)
{
	static const char head[] = "event: shown\nid: %" PRIu64 "\ndata: ";
	size_t room = sizeof(head) + 24 + BASE64_SIZE(n) + 2;
	char *text = malloc(room);
	int at;

	if (text == NULL)
		return NULL;
	at = snprintf(text, room, head, number);
	base64_encode((const uint8_t *)bytes, n, text + at);
	strcat(text + at, "\n\n");
	*size = strlen(text);
	return text;
}

static char *
empty(const char *name, size_t *size)
{
	char *text;
	FILE *to = event_begin(&text, size, name);

	return to == NULL ? NULL : event_end(to, &text);
}

char *
terminal_text_cut(size_t *size)
{
	return empty("cut", size);
}

char *
terminal_text_moved(size_t *size)
{
	return empty("moved", size);
}
