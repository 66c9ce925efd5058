/*
 * last_line.h - the last line that a terminal's program has printed.
 *
 * Not the last row of the screen, for which a terminal would have to be emulated: what
 * was printed since the last newline, or move of the cursor to another row, that is
 * not blank.  At a prompt it is the same.
 *
 * Pure.  The bytes are a student's.
 */
#ifndef ATOLL_INIT_LAST_LINE_H
#define ATOLL_INIT_LAST_LINE_H

#include <stddef.h>
#include <stdint.h>

#define LAST_LINE_SIZE 161 /* with its NUL; longer ones are cut */

/* Printable UTF-8, see utf8.h.  to has TEXT_SIZE bytes. */
void last_line(const uint8_t *bytes, size_t n, char *to);

#endif
