/*
 * width.h - how many columns of a terminal a UTF-8 text takes.
 *
 * Pure, and without a locale, which a jailed process does not have.
 */
#ifndef ATOLL_BASE_WIDTH_H
#define ATOLL_BASE_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Copy a title for a terminal: at most so many columns, then cut with "...",
 * never in a character.  Whatever is no character, or would be obeyed by a
 * terminal (control characters, changes of direction), is a question mark.
 */
void width_copy(char *to, size_t size, const char *from, unsigned columns);

/* How many columns a code point takes: 0, 1 or 2; -1 for one that a terminal
 * would obey instead of showing it. */
int width_of(uint32_t code);

/*
 * The first line of a text on a terminal of so many columns (one at least): how
 * many bytes of it, and in *next those before the rest begins, which is without the
 * blank or newline that the line ended with.  A word that is longer than a line is
 * cut between characters.  *taken is the line's width.
 */
size_t width_wrap(const char *text, unsigned columns, size_t *next,
    unsigned *taken);

#endif
