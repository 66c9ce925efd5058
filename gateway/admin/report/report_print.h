/*
 * report_print.h - a report for people, scripts and paper.
 *
 * Process: atoll, atoll-staff.  Pure, as print.h.
 */
#ifndef ATOLL_ADMIN_REPORT_REPORT_PRINT_H
#define ATOLL_ADMIN_REPORT_REPORT_PRINT_H

#include <stdio.h>

#include "gateway/admin/report/report_sum.h"

#define REPORT_TIME_SIZE 64

/* "2026-10-25 02:30 CEST": with the zone, since an hour of autumn comes twice. */
void report_time(char to[REPORT_TIME_SIZE], uint64_t seconds);

/* "memory 3, pids 1": how often limits were met; empty for never. */
void report_limits(char to[TEXT_SIZE], const uint64_t limits[LIMIT_COUNT]);

void report_text(FILE *out, const struct report *r);
void report_json(FILE *out, const struct report *r);

/* One page without scripts, and without anything of elsewhere. */
void report_html(FILE *out, const struct report *r);

#endif
