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

#define FINDINGS_MAX 64
#define HOLDS_ANY    UINT32_MAX /* it does not depend on their number */

enum level { LEVEL_OK, LEVEL_WARNING, LEVEL_ERROR };

/* How many sandboxes does it hold?  A sandbox that starts takes its part of
 * some things at once, of others only when it is at its limits. */
enum when { WHEN_NEVER, WHEN_STARTED, WHEN_FULL };

struct finding {
	enum level level;
	const char *what; /* a constant */
	char found[400];
	char cure[256]; /* empty when there is nothing to cure */
	enum when when;
	uint32_t holds;
};

struct findings {
	struct finding at[FINDINGS_MAX];
	size_t count;
};

/* A row; the caller may go on and fill in the rest. */
struct finding *finding_add(struct findings *f, enum level level,
    const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void finding_cure(struct finding *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* So many sandboxes can have it, and so many are wanted.  Too few to start
 * them all is an error; too few for all at their limits is a warning. */
void finding_holds(struct finding *f, enum when when, uint64_t holds,
    uint32_t wanted);

/* The row that gives out first, NULL when nothing does. */
const struct finding *findings_first(const struct findings *f, enum when when);

/* Is it an error?  Its text and its cure are in e then. */
bool finding_error(const struct finding *row, struct err *e);

/* Is there no error among them? */
bool findings_are_good(const struct findings *f);

/* Log each error with its cure; true when there is none. */
bool findings_log_errors(const struct findings *f);

#endif
