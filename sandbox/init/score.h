/*
 * score.h - what a check printed, as points and as a text for the student.
 *
 * A line "points 2/3 Files are in place" counts: two points of three.  All of
 * them are added up.  Every other line is shown as it is.  A check without such
 * a line is worth one point, which its exit status 0 gives.
 *
 * What follows the points is the name of a step; lines of one name are one step.
 *
 * Lines of words.h are not shown.
 */
#ifndef ATOLL_INIT_SCORE_H
#define ATOLL_INIT_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/step_score.h"
#include "gateway/wire/msg.h"
#include "sandbox/init/words.h"

#define SCORE_POINTS_MAX 10000 /* of one line; and of all lines, 100 times */

struct score {
	uint32_t points, most;
	char text[LINE_SIZE];
	struct step_score steps[STEP_SCORES_MAX];
	size_t step_count;
	bool has_more_steps; /* which are in the sum alone */
	uint32_t lines;	     /* that counted */
	struct words words;  /* which the text has not */
};

void score_read(const char *output, bool is_cut, bool is_good, struct score *s);

#endif
