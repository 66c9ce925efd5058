/* steps.c - a lab's steps: where the student is, and what is open. */
#include "sandbox/init/steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t
bit_of(uint32_t step)
{
	return UINT64_C(1) << (step - 1);
}

static void
read_titles(struct steps *s, const char *line)
{
	while (*line != '\0' && s->count < STEPS_MAX) {
		size_t n = strcspn(line, "\n");
		char *title = s->title[s->count++];

		if (n > 0 && n <= STEP_TITLE_MAX + 1)
			text_copy(title, n, line + 1);
		if (line[0] == 'c')
			s->has_check |= bit_of(s->count);
		line += n + (line[n] == '\n');
	}
}

/* The lab may have had other steps then. */
static void
take_progress(struct steps *s, const struct numbers *p)
{
	uint64_t all = bit_of(s->count) | (bit_of(s->count) - 1);

	if (p->count < PROGRESS_HINTS)
		return;
	s->open = p->at[PROGRESS_OPEN] < s->count
		      ? (uint32_t)p->at[PROGRESS_OPEN]
		      : s->count;
	s->at = p->at[PROGRESS_AT] < s->open ? (uint32_t)p->at[PROGRESS_AT]
					     : s->open;
	s->open += s->open == 0;
	s->at += s->at == 0;
	s->passed = p->at[PROGRESS_PASSED] & all;
	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t at = PROGRESS_HINTS + i;

		if (at < p->count && p->at[at] <= STEP_HINTS_MAX)
			s->hints[i] = (uint8_t)p->at[at];
	}
}

void
steps_read(struct steps *s, const char *titles, const struct numbers *progress)
{
	memset(s, 0, sizeof(*s));
	read_titles(s, titles);
	if (s->count == 0)
		return;
	s->at = s->open = 1;
	take_progress(s, progress);
}

void
steps_progress(const struct steps *s, struct numbers *p)
{
	*p = (struct numbers){ .count = PROGRESS_HINTS + s->count };
	p->at[PROGRESS_AT] = s->at;
	p->at[PROGRESS_OPEN] = s->open;
	p->at[PROGRESS_PASSED] = s->passed;
	for (uint32_t i = 0; i < s->count; i++)
		p->at[PROGRESS_HINTS + i] = s->hints[i];
}

bool
steps_has_check(const struct steps *s, uint32_t step)
{
	return (s->has_check & bit_of(step)) != 0;
}

bool
steps_has_passed(const struct steps *s, uint32_t step)
{
	return (s->passed & bit_of(step)) != 0;
}

bool
steps_is_last(const struct steps *s)
{
	return s->at == s->count;
}

uint32_t
steps_most(const struct steps *s)
{
	return (uint32_t)__builtin_popcountll(s->has_check);
}

uint32_t
steps_points(const struct steps *s)
{
	return (uint32_t)__builtin_popcountll(s->has_check & s->passed);
}

bool
steps_pass(struct steps *s, uint32_t step)
{
	if (steps_has_passed(s, step))
		return false;
	s->passed |= bit_of(step);
	if (step == s->open && step < s->count)
		s->open++;
	return true;
}

bool
steps_go_on(struct steps *s)
{
	if (!steps_has_check(s, s->at))
		steps_pass(s, s->at);
	/* One that was passed when the lab had fewer steps opens the next. */
	if (steps_has_passed(s, s->at) && s->at == s->open &&
	    s->open < s->count)
		s->open++;
	if (s->at >= s->open)
		return false;
	s->at++;
	return true;
}

bool
steps_go_back(struct steps *s)
{
	if (s->at <= 1)
		return false;
	s->at--;
	return true;
}

void
steps_report(const struct steps *s, char *to, size_t size)
{
	size_t at = 0;

	for (uint32_t i = 1; i <= s->count; i++) {
		if (!steps_has_check(s, i) || at + STEP_TITLE_MAX + 64 > size)
			continue;
		at += (size_t)snprintf(to + at, size - at, "%d/1 %s\n",
		    steps_has_passed(s, i), s->title[i - 1]);
	}
	snprintf(to + at, size - at, "Points: %" PRIu32 " of %" PRIu32 "\n",
	    steps_points(s), steps_most(s));
}

size_t
steps_scores(const struct steps *s, struct step_score *to)
{
	size_t count = 0;

	for (uint32_t i = 1; i <= s->count; i++) {
		struct step_score one = { .points = steps_has_passed(s, i),
			.most = 1 };
		const char *title = s->title[i - 1];

		if (!steps_has_check(s, i))
			continue;
		if (!step_name(one.name, title, strlen(title)))
			snprintf(one.name, sizeof(one.name), "step %u", i);
		step_add(to, &count, &one);
	}
	return count;
}
