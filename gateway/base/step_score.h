/*
 * step_score.h - points of one step of a lab: a line "points N/M NAME" of its
 * check, and "N/M NAME" between processes.
 *
 * Pure.
 */
#ifndef ATOLL_BASE_STEP_SCORE_H
#define ATOLL_BASE_STEP_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEP_SCORES_MAX 64	/* of one check; STRINGS_MAX of msg.h */
#define STEP_NAME_SIZE	64	/* with its NUL; a longer one is cut */
#define STEP_TEXT_SIZE	96	/* of any "N/M NAME" */
#define STEP_POINTS_MAX 1000000 /* of all lines of one name */

struct step_score {
	uint32_t points, most;
	char name[STEP_NAME_SIZE];
};

/* length bytes as a name: control characters and what is not UTF-8 are question
 * marks, blanks at the ends are left out, what is too long is cut between two
 * characters.  False: nothing is left. */
bool step_name(char to[STEP_NAME_SIZE], const char *from, size_t length);

/* Add one to a list that has room for STEP_SCORES_MAX; to the points of the one of
 * its name, when there is one.  False: it is full. */
bool step_add(struct step_score *list, size_t *count,
    const struct step_score *one);

void step_write(char to[STEP_TEXT_SIZE], const struct step_score *s);

/* False when it is not what step_write() makes of a step that can be. */
bool step_read(struct step_score *s, const char *text);

#endif
