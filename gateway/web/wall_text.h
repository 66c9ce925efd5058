/*
 * wall_text.h - what is on a wall as events of a stream.	Process: web.
 *
 * Server-sent events, as the HTML standard has them: a name, and one line of JSON.  A
 * screen is one text with SGR in it: pages make text nodes of what is between, and nothing
 * else.  Bytes that are no UTF-8, control characters, and those that turn the order of
 * writing round are replaced.
 */
#ifndef ATOLL_WEB_WALL_TEXT_H
#define ATOLL_WEB_WALL_TEXT_H

#include "gateway/web/wall_state.h"

/* Each returns a text for free(3), or NULL without memory. */

/* Whose wall it is; what is on it, which a page has nothing beside; and its end. */
char *wall_text_hello(const struct wall *w, size_t *size);
char *wall_text_list(const struct wall *w, size_t *size);
char *wall_text_over(const char *why, size_t *size);

char *wall_text_tile(const struct tile *t, size_t *size);
/* JSON alone: the number of a recording that was opened; a moment of it, with view NULL
 * as it was. */
char *wall_text_opened(uint32_t number);
char *wall_text_moment(const struct replay *r, const uint64_t at[2],
    const char *view);

char *wall_text_person(const struct person *p, size_t *size);

#endif
