/*
 * steps.h - a lab's steps: how many, how large, and what their files are called.
 *
 * The loader puts them into a bundle (bundle.h), the builder into
 * PROGRAMS_TARGET of tools.h, and init reads them there.  Beside them is
 * STEPS_TITLES: a line for each step, which is its title behind a letter: 'c' for
 * a step with a check, 't' for one that is to be read only.
 */
#ifndef ATOLL_BASE_STEPS_H
#define ATOLL_BASE_STEPS_H

#define STEPS_MAX      32
#define STEP_TITLE_MAX 80
#define STEP_TEXT_MAX                                                          \
	(32 << 10)	  /* bytes of a text, or of all hints of a step */
#define STEP_HINTS_MAX 20 /* of a step */
#define STEPS_SIZE_MAX (4 << 20) /* of all there is, as PROGRAM_SIZE_MAX */

#define STEPS_TITLES   "steps"
#define STEP_TEXT      "%u.text" /* the step's number, from 1 */
#define STEP_HINTS     "%u.hints"
#define STEP_CHECK     "%u.check"
#define STEP_FILE_SIZE 24

/* Hints of one file are divided by lines of three dashes, outside of fenced
 * code. */
#define STEP_HINT_RULE "---"

/*
 * Where a student is, as a list of numbers on the wire: the step they are at,
 * the last one that is open, the passed ones as bits (1 << (step - 1)), and then
 * for each step how many of its hints were shown.  An empty list is the
 * beginning.
 */
enum { PROGRESS_AT, PROGRESS_OPEN, PROGRESS_PASSED, PROGRESS_HINTS };

#endif
