/*
 * terminal_text.h - single characters, and where output goes.
 */
#ifndef ATOLL_BASE_TERMINAL_TEXT_H
#define ATOLL_BASE_TERMINAL_TEXT_H

#include "gateway/base/terminal_parser.h"

/* Nothing when n is 0, or when nobody takes it. */
void text_put(const struct terminal_sink *out, const void *bytes, size_t n);
void text_put_string(const struct terminal_sink *out, const char *text);

/* A control character that is not part of a sequence. */
void text_control(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out);

/* A whole character. */
void text_character(struct terminal_filter *f, const uint8_t *code, uint8_t n,
    const struct terminal_sink *out);

/* A byte of the right half of the code table: of UTF-8. */
void text_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out);

/* The character that had begun is none. */
void text_broken(struct terminal_filter *f, const struct terminal_sink *out);

#endif
