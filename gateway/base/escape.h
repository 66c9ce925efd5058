/*
 * escape.h - a text of another process or user, safe for a terminal.  Pure.
 */
#ifndef ATOLL_BASE_ESCAPE_H
#define ATOLL_BASE_ESCAPE_H

#include <stddef.h>

/* Printable ASCII stays, every other byte becomes \xNN, as in the log.  What
 * does not fit is cut between two characters. */
void text_escape(char *to, size_t size, const char *from);

#endif
