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

/* An end is told twice, some time before.  So many seconds were left when it
 * was told last (INT64_MAX: never): how many are left when it is to be told
 * next?  0 when it was told often enough. */
int64_t span_warning(int64_t told);

#endif
