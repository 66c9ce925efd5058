/*
 * diagnostic.h - everything that is wrong with a configuration, not only the
 * first thing.						Process: monitor, loader.
 */
#ifndef ATOLL_CONFIG_DIAGNOSTIC_H
#define ATOLL_CONFIG_DIAGNOSTIC_H

#include <libconfig.h>
#include <stddef.h>

#include "gateway/base/arena.h"

struct complaint {
	struct complaint *next;
	const char *text; /* "labs/web101.conf:3: pids = 0 is outside 1..." */
};

struct complaints {
	struct arena arena;
	struct complaint *first, **last;
	size_t errors;
	struct complaint *first_warning, **last_warning;
};

void complaints_init(struct complaints *c);

/* An error; a line of 0 leaves the line out. */
void complain(struct complaints *c, const char *file, int line, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* Worth a word, but not wrong. */
void warn_of(struct complaints *c, const char *file, int line, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* Every error on stderr, one a line; warnings before them. */
void complaints_log(const struct complaints *c);

void complaints_free(struct complaints *c);

/* The line of a member of the group, or the group's own. */
int line_of(config_setting_t *group, const char *member);

#endif
