/*
 * terminal_escape.h - sequences of ESC and a byte or two.
 */
#ifndef ATOLL_BASE_TERMINAL_ESCAPE_H
#define ATOLL_BASE_TERMINAL_ESCAPE_H

#include "gateway/base/terminal_parser.h"

/* A byte after ESC. */
void escape_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out);

/* A byte after ESC and an intermediate. */
void escape_more_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out);

/* The sequence of ESC and that byte. */
void escape_end(struct terminal_filter *f, char final,
    const struct terminal_sink *out);

#endif
