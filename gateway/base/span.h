/*
 * span.h - lengths of time, as people say them.
 */
#ifndef ATOLL_BASE_SPAN_H
#define ATOLL_BASE_SPAN_H

#include <stdint.h>

#define SPAN_SIZE 48

/* "1 hour 20 minutes", "5 minutes", "1 second": the two largest units, and
 * seconds below two minutes only.  Less than nothing is nothing. */
void span_text(int64_t seconds, char to[SPAN_SIZE]);

/* What ends is told of some time before, twice.  So many seconds were left when
 * it was told last (or all of them): how many are left when it is to be told
 * next?  0 when it was told often enough. */
int64_t span_warning(int64_t told);

#endif
