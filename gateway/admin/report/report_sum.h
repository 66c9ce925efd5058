/*
 * report_sum.h - what the rows of a report come to.
 *
 * Process: atoll, atoll-staff.  Pure.
 */
#ifndef ATOLL_ADMIN_REPORT_REPORT_SUM_H
#define ATOLL_ADMIN_REPORT_REPORT_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/wire/diary.h"
#include "gateway/wire/msg.h"

#define REPORT_MOMENTS	  12
#define REPORT_ADVICE_MAX 12

struct report_rows {
	struct msg_report_row *at; /* owned */
	size_t count;
};

struct report_student {
	const char *account;  /* of a row */
	uint64_t first, last; /* seconds since the epoch; last 0: is here */
	uint64_t seconds, visits, hands;
	uint64_t memory; /* bytes at most; 0: not known */
	uint64_t limits[LIMIT_COUNT];
	uint64_t points, most; /* the last; most 0: no result */
};

/* How the class was at a moment. */
struct report_moment {
	uint64_t time;
	size_t present;
	size_t checked;	  /* of all, who had a result by then, */
	unsigned percent; /* and what of the points they had in the mean */
};

struct report_sum {
	struct report_student *students; /* owned, by account */
	size_t student_count;
	uint64_t begin, end; /* 0: nobody came */
	uint64_t seconds;    /* of all visits */
	size_t at_once;	     /* visits at most, */
	uint64_t at_once_time;
	uint64_t memory, memory_max; /* bytes: used at most; the limit */
	size_t limit_students[LIMIT_COUNT];
	uint64_t limit_times[LIMIT_COUNT];
	size_t waited; /* visits that waited a second for a place, or longer; */
	uint64_t longest_wait_ms;
	uint64_t refused; /* all of them, and those who had no patience */
	uint64_t gave_up;
	struct report_moment moments[REPORT_MOMENTS];
	size_t moment_count;
	char advice[REPORT_ADVICE_MAX][TEXT_SIZE];
	size_t advice_count;
};

/* What the tool was told of a lab. */
struct report {
	const char *lab;
	int64_t since, now; /* seconds since the epoch; since 0: all */
	struct msg_report_lab about;
	struct report_rows rows[DIARY_WHATS];
	struct report_sum sum;
};

/* Fill in the sum, but for the advice.  -1 without memory. */
int report_sum_make(struct report *r, struct err *e);

/* The option that sets a limit; and a reason as words: "too often". */
const char *report_limit_name(enum limit limit);
void report_reason(char to[TEXT_SIZE], const char *reason);

/* Whose visit it is, and what it came to; 0 where it is not told. */
uint64_t report_number(const struct msg_report_row *row, size_t i);

/* When a visit ended, or now. */
uint64_t report_end(const struct report *r, const struct msg_report_row *row);

void report_free(struct report *r);

#endif
