/*
 * lines.h - lines of text, put together in a room that knows when they were too much.  Pure.
 */
#ifndef ATOLL_PUBLISH_LINES_H
#define ATOLL_PUBLISH_LINES_H

#include "gateway/publish/head.h"

struct lines {
	char *to;
	size_t at, room;
	bool is_cut;
};

void lines_put(struct lines *t, const char *bytes, size_t size);
void lines_add(struct lines *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "Name: value" and the line's end. */
void lines_field(struct lines *t, const struct field *f);

#endif
