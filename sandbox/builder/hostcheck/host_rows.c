/* host_rows.c - what was found of this host, row by row. */
#include "sandbox/builder/hostcheck/host_rows.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "gateway/base/log.h"

struct finding *
finding_add(struct findings *f, enum level level, const char *what,
    const char *format, ...)
{
	struct finding *row;
	va_list args;

	assert(f->count < FINDINGS_MAX);
	row = &f->at[f->count++];
	*row = (struct finding){ .level = level,
		.what = what,
		.holds = HOLDS_ANY };
	va_start(args, format);
	vsnprintf(row->found, sizeof(row->found), format, args);
	va_end(args);
	return row;
}

void
finding_cure(struct finding *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(f->cure, sizeof(f->cure), format, args);
	va_end(args);
}

void
finding_holds(struct finding *f, enum when when, uint64_t holds,
    uint32_t wanted)
{
	f->when = when;
	f->holds = holds < HOLDS_ANY ? (uint32_t)holds : HOLDS_ANY;
	if (f->holds < wanted)
		f->level = when == WHEN_STARTED ? LEVEL_ERROR : LEVEL_WARNING;
}

const struct finding *
findings_first(const struct findings *f, enum when when)
{
	const struct finding *first = NULL;

	for (size_t i = 0; i < f->count; i++) {
		const struct finding *row = &f->at[i];

		if (row->when == when && row->holds != HOLDS_ANY &&
		    (first == NULL || row->holds < first->holds))
			first = row;
	}
	return first;
}

bool
finding_error(const struct finding *row, struct err *e)
{
	if (row->level != LEVEL_ERROR)
		return false;
	err_set(e, 0, "%s: %s%s%s", row->what, row->found,
	    row->cure[0] == '\0' ? "" : ": ", row->cure);
	return true;
}

bool
findings_are_good(const struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->at[i].level == LEVEL_ERROR)
			return false;
	}
	return true;
}

bool
findings_log_errors(const struct findings *f)
{
	struct err e;

	for (size_t i = 0; i < f->count; i++) {
		if (finding_error(&f->at[i], &e))
			log_error(NULL, "%s", e.text);
	}
	return findings_are_good(f);
}
