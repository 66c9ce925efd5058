/* host_rows.c - what was found of this host, row by row. */
#include "sandbox/builder/hostcheck/host_rows.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "gateway/base/log.h"

struct host_row *
host_row_add(struct host_rows *f, enum level level, const char *what,
    const char *format, ...)
{
	struct host_row *row;
	va_list args;

	assert(f->count < HOST_ROWS_MAX);
	row = &f->at[f->count++];
	*row = (struct host_row){ .level = level,
		.what = what,
		.holds = HOLDS_ANY };
	va_start(args, format);
	vsnprintf(row->found, sizeof(row->found), format, args);
	va_end(args);
	return row;
}

void
host_row_cure(struct host_row *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(f->cure, sizeof(f->cure), format, args);
	va_end(args);
}

void
host_row_holds(struct host_row *f, enum when when, uint64_t holds,
    uint32_t wanted)
{
	f->when = when;
	f->holds = holds < HOLDS_ANY ? (uint32_t)holds : HOLDS_ANY;
	if (f->holds < wanted)
		f->level = when == WHEN_STARTED ? LEVEL_ERROR : LEVEL_WARNING;
}

const struct host_row *
host_rows_first(const struct host_rows *f, enum when when)
{
	const struct host_row *first = NULL;

	for (size_t i = 0; i < f->count; i++) {
		const struct host_row *row = &f->at[i];

		if (row->when == when && row->holds != HOLDS_ANY &&
		    (first == NULL || row->holds < first->holds))
			first = row;
	}
	return first;
}

bool
host_row_error(const struct host_row *row, struct err *e)
{
	if (row->level != LEVEL_ERROR)
		return false;
	err_set(e, 0, "%s: %s%s%s", row->what, row->found,
	    row->cure[0] == '\0' ? "" : ": ", row->cure);
	return true;
}

bool
host_rows_are_good(const struct host_rows *f)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->at[i].level == LEVEL_ERROR)
			return false;
	}
	return true;
}

bool
host_rows_log_errors(const struct host_rows *f)
{
	struct err e;

	for (size_t i = 0; i < f->count; i++) {
		if (host_row_error(&f->at[i], &e))
			log_error(NULL, "%s", e.text);
	}
	return host_rows_are_good(f);
}
