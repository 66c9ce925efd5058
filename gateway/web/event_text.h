/*
 * event_text.h - an event of a stream: a name, and one line of JSON.	Process: web.
 *
 * Server-sent events, as the HTML standard has them.  In texts, bytes that are no UTF-8,
 * control characters, and those that turn the order of writing round are replaced.
 */
#ifndef ATOLL_WEB_EVENT_TEXT_H
#define ATOLL_WEB_EVENT_TEXT_H

#include <stdio.h>

/* Write an object's members between these two; NULL: there is no memory.  What
 * event_end() returns is for free(3), or NULL. */
FILE *event_begin(char **text, size_t *size, const char *name);
char *event_end(FILE *to, char *const *text);

/* Likewise for JSON that is no event: what was written to open_memstream(3). */
char *event_close(FILE *to, char *const *text);

void event_string(FILE *to, const char *text);

/* A string after a name and what is before that: ",\"lab\":". */
void event_member(FILE *to, const char *before, const char *text);

#endif
