/*
 * labsteps.h - does the check of each step see that it is solved, and only then?
 *
 * Process: atoll, as root.
 */
#ifndef ATOLL_ADMIN_LAB_LABSTEPS_H
#define ATOLL_ADMIN_LAB_LABSTEPS_H

#include <stdbool.h>

#include "gateway/admin/lab/labsolve.h"
#include "gateway/base/steps.h"

/* Of a lab of steps. */
struct trial_steps {
	unsigned count;
	bool is_checked[STEPS_MAX]; /* the step has a check */
	struct solution solution[STEPS_MAX];
};

/*
 * In a sandbox in which nobody has done anything yet: go through the steps as a
 * student does.  The check of each must fail before its solve has run, and pass
 * after it.  A step without solve ends the walk with a note, since those after it
 * are closed.  *solved is how many were solved.  Where there are no steps nothing is
 * done.
 */
int labsteps(struct lab_sandbox *s, const char *file,
    const struct trial_steps *steps, unsigned *solved, struct err *e);

#endif
