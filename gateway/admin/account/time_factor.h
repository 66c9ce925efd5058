/*
 * time_factor.h - what an account's time limits are multiplied with, as people
 * write it.
 *
 * Process: atoll.  Pure.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_TIME_FACTOR_H
#define ATOLL_ADMIN_ACCOUNT_TIME_FACTOR_H

#include <stdint.h>

#include "gateway/base/err.h"

/* "1.5", or "1,5" as spreadsheets of other countries have it: 150 percent. */
int time_factor_parse(const char *text, int64_t *percent, struct err *e);

#endif
