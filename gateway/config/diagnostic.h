/*
 * diagnostic.h - everything that is wrong with a configuration, not only the
 * first thing.						Process: monitor, loader.
 */
#ifndef ATOLL_CONFIG_DIAGNOSTIC_H
#define ATOLL_CONFIG_DIAGNOSTIC_H

#include <libconfig.h>
#include <stddef.h>

#include "gateway/base/arena.h"

struct diagnostic {
	struct diagnostic *next;
	const char *text; /* "labs/web101.conf:3: pids = 0 is outside 1..." */
};

struct diagnostics {
	struct arena arena;
	struct diagnostic *first, **last;
	size_t errors;
	struct diagnostic *first_warning, **last_warning;
};

void diagnostics_init(struct diagnostics *c);

/* An error; a line of 0 leaves the line out. */
void diagnose(struct diagnostics *c, const char *file, int line,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Add a warning: something that is not wrong, but that the author may not
 * want. */
void diagnose_warning(struct diagnostics *c, const char *file, int line,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Every error on stderr, one a line; warnings before them. */
void diagnostics_log(const struct diagnostics *c);

void diagnostics_free(struct diagnostics *c);

/* The line of a member of the group, or the group's own. */
int line_of(config_setting_t *group, const char *member);

#endif
