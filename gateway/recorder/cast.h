/*
 * cast.h - a recording, as lines of asciicast v2.
 *
 * The format is that of asciinema(1): a header, and a line of JSON for each event
 * ("o" output, "r" a new size, "m" a marker).  Output goes through the filter of
 * terminal_filter.h first, so that who plays it gets nothing that makes a terminal
 * answer; that keeps a character that is not whole for the next event, and makes
 * U+FFFD of what is no UTF-8.
 *
 * Process: recorder.  Pure, no allocation.
 */
#ifndef ATOLL_RECORDER_CAST_H
#define ATOLL_RECORDER_CAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/terminal_filter.h"

#define CAST_LINE_MAX (64u << 10)

struct cast {
	struct terminal_filter filter;
	void *self;
	/* Takes some whole lines. */
	void (*take)(void *self, const char *lines, size_t n);
	uint64_t at_ms; /* of the event that is open */
	bool is_open;	/* a line of output, which more is added to */
	size_t used;
	char line[CAST_LINE_MAX];
};

struct cast_header {
	unsigned rows, cols;
	uint64_t timestamp; /* seconds since the epoch */
	const char *title, *term;
};

void cast_begin(struct cast *c, void *self,
    void (*take)(void *self, const char *lines, size_t n));

/* Times are milliseconds since the recording began. */
void cast_header(struct cast *c, const struct cast_header *h);
void cast_output(struct cast *c, uint64_t at_ms, const uint8_t *bytes,
    size_t n);
void cast_size(struct cast *c, uint64_t at_ms, unsigned rows, unsigned cols);
void cast_marker(struct cast *c, uint64_t at_ms, const char *text);

#endif
