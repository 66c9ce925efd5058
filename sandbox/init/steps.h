/*
 * steps.h - a lab's steps: where the student is, and what is open.
 *
 * One moves to any step up to the last that is open; passing a step opens the
 * next.  A step without a check is passed by going on.  All that is here is about
 * the seat and not the sandbox: the monitor keeps it, and the next sandbox of the
 * seat begins with it.
 *
 * Pure.
 */
#ifndef ATOLL_INIT_STEPS_H
#define ATOLL_INIT_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/step_score.h"
#include "gateway/base/steps.h"
#include "gateway/wire/msg.h"

struct steps {
	uint32_t count;	    /* 0: the lab has none */
	uint32_t at, open;  /* from 1 */
	uint64_t has_check; /* bits, as in PROGRESS_PASSED */
	uint64_t passed;
	uint8_t hints[STEPS_MAX]; /* of each step, so many were shown */
	char title[STEPS_MAX][STEP_TITLE_MAX + 1];
};

/* From the text of STEPS_TITLES, and from what the seat had reached before: as
 * far as that fits these steps. */
void steps_read(struct steps *s, const char *titles,
    const struct numbers *progress);

/* What the monitor is to keep. */
void steps_progress(const struct steps *s, struct numbers *progress);

bool steps_has_check(const struct steps *s, uint32_t step);
bool steps_has_passed(const struct steps *s, uint32_t step);
bool steps_is_last(const struct steps *s);

/* Steps with a check: how many there are, and are passed. */
uint32_t steps_most(const struct steps *s);
uint32_t steps_points(const struct steps *s);

/* The step's check was passed: the next is open.  False when it was before. */
bool steps_pass(struct steps *s, uint32_t step);

/* False where there is no such way: at the ends, or before the step is passed. */
bool steps_go_on(struct steps *s);
bool steps_go_back(struct steps *s);

/* Each step with a check as a line "1/1 TITLE" or "0/1 TITLE", then the sum. */
void steps_report(const struct steps *s, char *to, size_t size);

/* The same for the monitor; to has room for STEP_SCORES_MAX. */
size_t steps_scores(const struct steps *s, struct step_score *to);

#endif
