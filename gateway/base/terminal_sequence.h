/*
 * terminal_sequence.h - the arguments of a control sequence, read and written.
 */
#ifndef ATOLL_BASE_TERMINAL_SEQUENCE_H
#define ATOLL_BASE_TERMINAL_SEQUENCE_H

#include "gateway/base/terminal_parser.h"

/* CSI was read. */
void sequence_begin(struct terminal_filter *f);

/* A digit, a semicolon or a colon. */
void sequence_argument(struct terminal_filter *f, uint8_t c);

/* An argument, or that number where it was left out. */
unsigned sequence_arg(const struct terminal_filter *f, unsigned at,
    unsigned otherwise);

/* Did a colon come before it, and not a semicolon? */
bool sequence_has_colon(const struct terminal_filter *f, unsigned at);

/* One while it is written: at most what the filter lets through. */
struct sequence {
	char bytes[160];
	size_t n;
};

/* NUL is nothing. */
void sequence_add_byte(struct sequence *t, char c);
void sequence_add_number(struct sequence *t, unsigned number);

/* As it was read, but for the last byte. */
void sequence_put(const struct terminal_filter *f, char final,
    const struct terminal_sink *out);

#endif
