/*
 * rows.h - what atoll top shows: seats and what they take, and what all take.
 *
 * Process: atoll, atoll-staff.  Pure.
 */
#ifndef ATOLL_ADMIN_TOP_ROWS_H
#define ATOLL_ADMIN_TOP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/admin/exchange.h"

enum top_sort {
	TOP_BY_CPU,
	TOP_BY_MEMORY,
	TOP_BY_IDLE,
	TOP_BY_HANDS,
	TOP_BY_NAME,
	TOP_SORTS
};

/* "processor", as in "by processor". */
extern const char *const top_sort_names[TOP_SORTS];

/* Of one processor, in tenths of a percent. */
#define TOP_SHARE_UNKNOWN (-1)

struct top_row {
	struct msg_seat seat;
	int64_t share;
};

/* What a sandbox had taken of the processor at the last answer. */
struct top_taken {
	uint32_t sandbox;
	uint64_t cpu_us;
};

struct top_rows {
	struct top_row *row; /* owned, as is the next */
	size_t count;
	struct top_taken *taken; /* by number */
	size_t taken_count;
	int64_t at_us; /* of the last answer; 0: there was none */
	struct msg_totals totals;
	int64_t share; /* of monitor and builder */
	unsigned hands;
	char text[TEXT_SIZE]; /* that the gateway drains; or empty */
};

/* The answer to ADMIN_TOP, which came at that time of clock_us(): shares are those
 * since the answer before.  -1 without memory: then the rows are as they were. */
int top_rows_take(struct top_rows *r, const struct answer *a, int64_t at_us,
    struct err *e);

void top_rows_sort(struct top_rows *r, enum top_sort by);

/* The place of that seat, or -1. */
ssize_t top_rows_find(const struct top_rows *r, const char *account,
    const char *lab);

void top_rows_free(struct top_rows *r);

#endif
