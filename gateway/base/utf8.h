/*
 * utf8.h - code points of a text.
 *
 * Pure.
 */
#ifndef ATOLL_BASE_UTF8_H
#define ATOLL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point at a byte that is not NUL; returns how many bytes it takes.
 * A byte that is not UTF-8 (RFC 3629: no overlong form, no surrogate) is one
 * U+FFFD. */
size_t utf8_next(const char *text, uint32_t *code);

bool utf8_is_valid(const char *text);

/* The text, with whatever could move a terminal's cursor or turn its writing
 * round as \xNN; cut to size. */
void utf8_printable(char *to, size_t size, const char *from);

#endif
