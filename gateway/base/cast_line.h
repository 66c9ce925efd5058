/*
 * cast_line.h - a line of an asciicast v2, read.
 *
 * Of JSON as much as such a line has (RFC 8259): whoever made the file, a line that
 * is not one is an error, and a text is bounded by its line.
 */
#ifndef ATOLL_BASE_CAST_LINE_H
#define ATOLL_BASE_CAST_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"

struct cast_size {
	unsigned rows, cols;
};

struct cast_event {
	uint64_t at_ms;
	char kind; /* 'o' output, 'r' size, 'm' marker; others are left alone */
	char *text; /* in the line; NUL after it, and maybe NULs in it */
	size_t length;
};

/* The first line. */
int cast_line_header(const char *line, struct cast_size *size, struct err *e);

/* Any other; the line is changed. */
int cast_line_event(char *line, struct cast_event *to, struct err *e);

/* The text of a new size, COLSxROWS; false: it is none. */
bool cast_line_size(const char *text, struct cast_size *size);

#endif
