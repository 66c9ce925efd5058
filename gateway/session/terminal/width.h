/*
 * width.h - how many columns of a terminal a UTF-8 text takes.
 *
 * Pure, and without a locale, which a jailed process does not have.
 */
#ifndef ATOLL_SESSION_TERMINAL_WIDTH_H
#define ATOLL_SESSION_TERMINAL_WIDTH_H

#include <stddef.h>

/*
 * Copy a title for a terminal: at most so many columns, then cut with "...",
 * never in a character.  Whatever is no character, or would be obeyed by a
 * terminal (control characters, changes of direction), is a question mark.
 */
void width_copy(char *to, size_t size, const char *from, unsigned columns);

#endif
