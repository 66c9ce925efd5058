/*
 * span.h - lengths of time, as people say them.
 */
#ifndef ATOLL_BASE_SPAN_H
#define ATOLL_BASE_SPAN_H

#include <stdint.h>

#define SPAN_SIZE 48

/* The units of spans, from large to small: as they are written, 2h, and as they are
 * read, 2 hours. */
struct span_unit {
	int64_t seconds;
	const char *letter, *name;
};

#define SPAN_UNITS 4
extern const struct span_unit span_units[SPAN_UNITS];

/* "1 hour 20 minutes", "5 minutes", "1 second": the two largest units, and
 * seconds below two minutes only.  Less than nothing is nothing. */
void span_text(int64_t seconds, char to[SPAN_SIZE]);

/* An end is told twice, some time before.  So many seconds were left when it
 * was told last (INT64_MAX: never): how many are left when it is to be told
 * next?  0 when it was told often enough. */
int64_t span_warning(int64_t told);

#endif
