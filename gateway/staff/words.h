/*
 * words.h - the words of a command line, as a shell reads them.
 *
 * Process: staff.  Pure.
 */
#ifndef ATOLL_STAFF_WORDS_H
#define ATOLL_STAFF_WORDS_H

#include <stddef.h>

#include "gateway/base/err.h"

/* Split line in place at blanks, up to max words, with a NULL behind them.  Blanks
 * within '...' and "..." and behind a \ do not count, as in sh(1); nothing else that
 * a shell does is done.  How many, or -1: a quote is not closed, or there are more. */
int words_split(char *line, char **words, size_t max, struct err *e);

#endif
