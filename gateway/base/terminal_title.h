/*
 * terminal_title.h - the title of the window: of all strings the one that is let through.
 */
#ifndef ATOLL_BASE_TERMINAL_TITLE_H
#define ATOLL_BASE_TERMINAL_TITLE_H

#include "gateway/base/terminal_parser.h"

/* A byte of an OSC's number. */
void title_number_byte(struct terminal_filter *f, uint8_t c);

/* A byte of its text. */
void title_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out);

/* The text is over. */
void title_end(struct terminal_filter *f, const struct terminal_sink *out);

/* The title as it is now. */
void title_put(const struct terminal_filter *f,
    const struct terminal_sink *out);

#endif
