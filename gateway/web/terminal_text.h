/*
 * terminal_text.h - a terminal as events of a stream.	Process: web.
 *
 * Pure.  Each returns a text for free(3), or NULL without memory.
 */
#ifndef ATOLL_WEB_TERMINAL_TEXT_H
#define ATOLL_WEB_TERMINAL_TEXT_H

#include "gateway/web/terminal.h"

/* What it waits for, or why it is over. */
char *terminal_text_state(const struct terminal *t, size_t *size);

/* Bytes that were shown, up to that of the number, which is the event's id; in base64,
 * since they may be cut within a character, or be none. */
char *terminal_text_shown(const char *bytes, size_t n, uint64_t number,
    size_t *size);

/* What was before this is not kept: the page begins anew. */
char *terminal_text_cut(size_t *size);

/* Another page has it. */
char *terminal_text_moved(size_t *size);

#endif
