/* labsteps.c - does the check of each step see that it is solved, and only then? */
#include "gateway/admin/lab/labsteps.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/lab/labsay.h"

/* Exit statuses of lab(1). */
#define DONE	 0
#define NOT_DONE 1

#define TRIES 10 /* of a check that comes too soon after others */

/* What a student types; and its status. */
static int
type(struct lab_sandbox *s, const char *line, uint32_t *status, struct err *e)
{
	const struct trial_command command = { .line = line };
	const struct timespec pause = { .tv_sec = 2 };
	int left = TRIES;

	for (;;) {
		if (labsandbox_run(s, &command, status, e) == -1)
			return err_wrap(e, "%s", line);
		if (--left == 0 || *status != NOT_DONE ||
		    strncmp(s->output, "Too many checks", 15) != 0)
			return 0;
		nanosleep(&pause, NULL);
	}
}

/* Its check, before and after. */
static int
solve(struct lab_sandbox *s, const char *file, const struct trial_steps *steps,
    unsigned step, struct err *e)
{
	uint32_t status;

	if (type(s, "lab check", &status, e) == -1)
		return -1;
	if (status == DONE)
		return err_set(e, 0,
		    "step %u: its check passes before solve has run: it must"
		    " look at what students do in this step",
		    step);
	if (solution_run(s, file, &steps->solution[step - 1], e) == -1)
		return err_wrap(e, "step %u", step);
	if (type(s, "lab check", &status, e) == -1)
		return -1;
	if (status == DONE)
		return 0;
	labsay(stderr, file, "check after solve: ", s->output);
	return err_set(e, 0,
	    "step %u: its check does not pass after solve: what it says is"
	    " above; either solve leaves something out, or check does not see"
	    " it",
	    step);
}

static int
go_on(struct lab_sandbox *s, const char *file, const struct trial_steps *steps,
    unsigned step, struct err *e)
{
	uint32_t status;

	if (step == steps->count)
		return 0;
	if (type(s, "lab next", &status, e) == -1)
		return -1;
	if (status == DONE)
		return 0;
	labsay(stderr, file, "lab next: ", s->output);
	return err_set(e, 0, "step %u: the next one is closed", step);
}

int
labsteps(struct lab_sandbox *s, const char *file,
    const struct trial_steps *steps, unsigned *solved, struct err *e)
{
	char note[160];

	*solved = 0;
	for (unsigned i = 1; i <= steps->count; i++) {
		bool has_solution = steps->solution[i - 1].program != NULL;

		if (steps->is_checked[i - 1] && !has_solution) {
			snprintf(note, sizeof(note),
			    "step %u has no solve: nothing has tested it and"
			    " what is behind it",
			    i);
			labsay(stdout, file, "note: ", note);
			return 0;
		}
		if (steps->is_checked[i - 1] &&
		    solve(s, file, steps, i, e) == -1)
			return -1;
		if (go_on(s, file, steps, i, e) == -1)
			return -1;
		*solved += has_solution;
	}
	return 0;
}
