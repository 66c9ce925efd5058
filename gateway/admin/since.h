/*
 * since.h - reads the time of --since.
 *
 * Process: atoll, atoll-staff.
 */
#ifndef ATOLL_ADMIN_SINCE_H
#define ATOLL_ADMIN_SINCE_H

#include <stdint.h>
#include <time.h>

#include "gateway/base/err.h"

/* "20m" is that long before now; "2026-12-31" begins at its midnight here,
 * "2026-12-31 18:00" is that minute.  Seconds since the epoch; NULL is 0. */
int since_parse(const char *word, time_t now, int64_t *since, struct err *e);

#endif
