/*
 * when.h - reads a time: a date, a span from now, now or never.
 *
 * Process: atoll.  Pure.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_WHEN_H
#define ATOLL_ADMIN_ACCOUNT_WHEN_H

#include <stdint.h>
#include <time.h>

#include "gateway/base/err.h"

/* "never" is 0; "now"; "30d", "12h", "45m", "90s" from now; "2026-12-31" is the
 * end of that day here, "2026-12-31 18:00" that minute.  Seconds since the
 * epoch. */
int when_parse(const char *word, time_t now, int64_t *when, struct err *e);

/* A span alone: "30d", "12h", "45m", "90s"; seconds. */
int when_parse_span(const char *word, int64_t *seconds, struct err *e);

#endif
