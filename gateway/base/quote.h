/*
 * quote.h - text as a string of libconfig's.
 *
 * Reentrant; does not block beyond the stream.
 */
#ifndef ATOLL_BASE_QUOTE_H
#define ATOLL_BASE_QUOTE_H

#include <stdio.h>

/* With its quotes: quotes, backslashes and control bytes are escaped, and each
 * line is a string of its own, which libconfig joins (manual, section 3.2). */
void quote(FILE *to, const char *text);

#endif
