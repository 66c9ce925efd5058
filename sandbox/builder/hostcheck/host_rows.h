/*
 * host_rows.h - what was found of this host, row by row.
 *
 * "atoll check-host" shows all rows; a start or a load shows the errors.
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_HOST_ROWS_H
#define ATOLL_BUILDER_HOSTCHECK_HOST_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"

#define HOST_ROWS_MAX 64
#define HOLDS_ANY     UINT32_MAX /* it does not depend on their number */

enum level { LEVEL_OK, LEVEL_WARNING, LEVEL_ERROR };

/* How many sandboxes does it hold?  A sandbox that starts takes its part of
 * some things at once, of others only when it is at its limits. */
enum when { WHEN_NEVER, WHEN_STARTED, WHEN_FULL };

struct host_row {
	enum level level;
	const char *what; /* a constant */
	char found[400];
	char cure[256]; /* empty when there is nothing to cure */
	enum when when;
	uint32_t holds;
};

struct host_rows {
	struct host_row at[HOST_ROWS_MAX];
	size_t count;
};

/* A row; the caller may go on and fill in the rest. */
struct host_row *host_row_add(struct host_rows *f, enum level level,
    const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void host_row_cure(struct host_row *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* So many sandboxes can have it, and so many are wanted.  Too few to start
 * them all is an error; too few for all at their limits is a warning. */
void host_row_holds(struct host_row *f, enum when when, uint64_t holds,
    uint32_t wanted);

/* The row that gives out first, NULL when nothing does. */
const struct host_row *host_rows_first(const struct host_rows *f,
    enum when when);

/* Is it an error?  Its text and its cure are in e then. */
bool host_row_error(const struct host_row *row, struct err *e);

/* Is there no error among them? */
bool host_rows_are_good(const struct host_rows *f);

/* Log each error with its cure; true when there is none. */
bool host_rows_log_errors(const struct host_rows *f);

#endif
