/*
 * report_print.h - a report for people, scripts and paper.
 *
 * Process: atoll, atoll-staff.  Pure, as print.h.
 */
#ifndef ATOLL_ADMIN_REPORT_REPORT_PRINT_H
#define ATOLL_ADMIN_REPORT_REPORT_PRINT_H

#include <stdio.h>

#include "gateway/admin/print.h"
#include "gateway/admin/report/report_sum.h"

#define REPORT_TIME_SIZE 64

/* "2026-10-25 02:30 CEST": with the zone, since an hour of autumn comes twice. */
void report_time(char to[REPORT_TIME_SIZE], uint64_t seconds);

/* "memory 3, pids 1": how often limits were met; empty for never. */
void report_limits(char to[TEXT_SIZE], const uint64_t limits[LIMIT_COUNT]);

/* A student in words; what there is none of is empty. */
struct report_words {
	char first[REPORT_TIME_SIZE], last[REPORT_TIME_SIZE];
	char time[SHORT_TEXT_SIZE], memory[SHORT_TEXT_SIZE];
	char points[SHORT_TEXT_SIZE], limits[TEXT_SIZE];
};

void report_words(struct report_words *w, const struct report_student *s);

void report_text(FILE *out, const struct report *r);
void report_json(FILE *out, const struct report *r);

/* One page without scripts, and without anything of elsewhere. */
void report_html(FILE *out, const struct report *r);

#endif
