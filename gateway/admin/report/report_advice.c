/* report_advice.c - what to set next time. */
#include "gateway/admin/report/report_advice.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/admin/print.h"

#define LEAST_MEMORY (UINT64_C(16) << 20)
#define LONG_WAIT_MS 60000

__attribute__((format(printf, 2, 3))) static void
advise(struct report *r, const char *fmt, ...)
{
	va_list ap;

	if (r->sum.advice_count == REPORT_ADVICE_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(r->sum.advice[r->sum.advice_count++], TEXT_SIZE, fmt, ap);
	va_end(ap);
}

static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* A power of two with a half more than was used. */
static uint64_t
memory_that_does(uint64_t used)
{
	uint64_t size = LEAST_MEMORY;

	while (size < used + used / 2)
		size *= 2;
	return size;
}

/* What a seat uses is known of all its machines together, and each has a limit of
 * its own. */
static void
advise_memory_of_machines(struct report *r)
{
	const struct report_sum *s = &r->sum;
	char max[SHORT_TEXT_SIZE], used[SHORT_TEXT_SIZE];

	size_text(max, s->memory_max);
	size_text(used, s->memory);
	if (s->limit_students[LIMIT_MEMORY] > 0)
		advise(r,
		    "memory: %zu of %zu students needed more on one of their"
		    " machines; 'limit hit' in the log says on which",
		    s->limit_students[LIMIT_MEMORY], s->student_count);
	else
		advise(r,
		    "memory: the %u machines of a seat may have %s together,"
		    " and nobody used more than %s",
		    r->about.machines, max, used);
}

static void
advise_memory(struct report *r)
{
	const struct report_sum *s = &r->sum;
	char max[SHORT_TEXT_SIZE], used[SHORT_TEXT_SIZE], all[SHORT_TEXT_SIZE];
	char more[SHORT_TEXT_SIZE];

	if (s->memory == 0)
		return;
	if (r->about.machines > 1) {
		advise_memory_of_machines(r);
		return;
	}
	size_text(max, s->memory_max);
	size_text(used, s->memory);
	if (s->limit_students[LIMIT_MEMORY] > 0) {
		size_text(more, 2 * s->memory_max);
		size_text(all, 2 * s->memory_max * s->student_count);
		advise(r,
		    "memory = %s: %zu of %zu students needed more. Try memory"
		    " = %s, with which all of them at one time need %s at most",
		    max, s->limit_students[LIMIT_MEMORY], s->student_count,
		    more, all);
		return;
	}
	size_text(all, s->memory * s->student_count);
	size_text(more, memory_that_does(s->memory));
	advise(r,
	    "memory = %s: nobody used more than %s; %zu student%s would have"
	    " needed %s at most at one time%s%s%s",
	    max, used, s->student_count, plural(s->student_count), all,
	    memory_that_does(s->memory) < s->memory_max ? ". memory = " : "",
	    memory_that_does(s->memory) < s->memory_max ? more : "",
	    memory_that_does(s->memory) < s->memory_max ? " would do" : "");
}

static void
advise_limits(struct report *r)
{
	const struct report_sum *s = &r->sum;

	for (int i = 0; i < LIMIT_COUNT; i++) {
		if (i == LIMIT_MEMORY || s->limit_students[i] == 0)
			continue;
		advise(r,
		    "%s: %zu of %zu students met it, %" PRIu64 " time%s. Raise"
		    " it, unless the lab is about that",
		    report_limit_name((enum limit)i), s->limit_students[i],
		    s->student_count, s->limit_times[i],
		    plural(s->limit_times[i]));
	}
}

static void
advise_places(struct report *r)
{
	const struct report_sum *s = &r->sum;
	size_t machines = r->about.machines > 1 ? r->about.machines : 1;
	char longest[SHORT_TEXT_SIZE];

	if (s->longest_wait_ms < LONG_WAIT_MS && s->gave_up == 0)
		return;
	duration_text(longest, s->longest_wait_ms * 1000);
	advise(r,
	    "sandboxes_max: %zu waited for a place, the longest %s, and"
	    " %" PRIu64 " left before they had one. Raise it above the %zu that"
	    " were there at one time, or lower linger",
	    s->waited, longest, s->gave_up, s->at_once * machines);
}

/* How often a seat was refused for that. */
static uint64_t
refused_for(const struct report *r, const char *reason)
{
	const struct report_rows *rows = &r->rows[DIARY_REFUSED];
	uint64_t n = 0;

	for (size_t i = 0; i < rows->count; i++) {
		if (strcmp(rows->at[i].text, reason) == 0)
			n += rows->at[i].count;
	}
	return n;
}

static void
advise_refusals(struct report *r)
{
	static const struct {
		const char *reason, *what;
	} known[] = {
		{ "closed", "came while the lab was closed: see available" },
		{ "not_yours",
		    "may not enter this lab: see groups, and their accounts" },
		{ "build_failed",
		    "got no sandbox, because it could not be built: the log"
		    " says why" },
		{ "resources",
		    "got no seat, because this host was out of memory" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint64_t n = refused_for(r, known[i].reason);

		if (n > 0)
			advise(r, "%" PRIu64 " time%s somebody %s", n,
			    plural(n), known[i].what);
	}
}

void
report_advise(struct report *r)
{
	advise_memory(r);
	advise_limits(r);
	advise_places(r);
	advise_refusals(r);
}
