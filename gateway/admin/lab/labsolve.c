/*
 * labsolve.c - does a lab's check see that the lab is solved, and only then?
 *
 * A check that gives all points at once, or never, is found by no student who
 * tells of it.
 */
#include "gateway/admin/lab/labsolve.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/lab/labsay.h"
#include "gateway/base/secret_word.h"
#include "gateway/base/solve_run.h"
#include "gateway/base/steps.h"

/* --- what the loader wrote ---------------------------------------------- */

int
solution_read(FILE *from, char *lab, unsigned *step, struct solution *to,
    struct err *e)
{
	char line[NAME_SIZE + 64];
	size_t size;

	if (fgets(line, sizeof(line), from) == NULL)
		return 0;
	if (sscanf(line, "%32s %u %u %zu", lab, step, &to->seconds, &size) !=
		4 ||
	    size > PROGRAM_SIZE_MAX || *step > STEPS_MAX)
		return err_set(e, 0, "atoll-loader -s: not a lab: %s", line);
	to->size = size;
	to->program = malloc(size + 1);
	if (to->program == NULL)
		return err_set(e, ENOMEM, "what solves a lab");
	if (fread(to->program, 1, size, from) != size) {
		solution_free(to);
		return err_set(e, 0, "atoll-loader -s ended early");
	}
	return 1;
}

void
solution_free(struct solution *s)
{
	free(s->program);
	s->program = NULL;
}

/* --- the walk ----------------------------------------------------------- */

static int
check(struct lab_sandbox *s, const char *file, struct lab_score *score,
    struct err *e)
{
	int rc = labsandbox_check(s, score, e);
	char text[TEXT_SIZE];

	if (rc == -1)
		labsay(stderr, file, "check: ", s->output);
	if (rc == 0 && score->left_out > 0) {
		snprintf(text, sizeof(text),
		    "%" PRIu32 " words of check's lines secret and foreign are"
		    " not compared: a word is %d to %d bytes, without control"
		    " characters, and a check has %d of each kind",
		    score->left_out, SECRET_WORD_LEAST, SECRET_WORD_MOST,
		    SECRET_WORDS_MAX);
		labsay(stderr, file, "warning: ", text);
	}
	return rc;
}

static int
check_before(struct lab_sandbox *s, const char *file, bool is_solved_next,
    struct lab_score *score, struct err *e)
{
	if (check(s, file, score, e) == -1)
		return -1;
	labsay(stdout, file, "check: ", s->output);
	if (score->points < score->most)
		return 0;
	if (is_solved_next)
		return err_set(e, 0,
		    "check gives all points, %" PRIu32 " of %" PRIu32
		    ", before solve has run: it must look at what students do,"
		    " and give less until they have done it",
		    score->points, score->most);
	labsay(stderr, file, "warning: ",
	    "a fresh sandbox has all points already: does check look at what"
	    " students do?");
	return 0;
}

int
solution_run(struct lab_sandbox *s, const char *file,
    const struct solution *solution, struct err *e)
{
	const struct trial_command command = { SOLVE_RUN, solution->program,
		solution->size, solution->seconds };
	uint32_t status = 0;
	int rc = labsandbox_run(s, &command, &status, e);

	if (rc == 0 && status == 0)
		return 0;
	labsay(stderr, file, "solve: ", s->output);
	if (rc == -1 && e->code == ETIMEDOUT)
		return err_set(e, 0,
		    "solve is not over within solve_time, %u s: what it printed"
		    " is above; does it wait for input, which it has none of?"
		    " If it takes that long, raise solve_time",
		    solution->seconds);
	if (rc == -1)
		return err_wrap(e, "solve");
	return err_set(e, 0,
	    "solve ended with status %" PRIu32 ", and must end with 0: what it"
	    " printed is above; it runs as the student, in their workdir",
	    status);
}

static int
check_after(struct lab_sandbox *s, const char *file, struct lab_score *score,
    struct err *e)
{
	if (check(s, file, score, e) == -1)
		return err_wrap(e, "after solve");
	if (score->points == score->most)
		return 0;
	labsay(stderr, file, "check after solve: ", s->output);
	return err_set(e, 0,
	    "after solve check gives %" PRIu32 " of %" PRIu32
	    " points, and must give all: what it says is above; either solve"
	    " leaves something out, or check does not see it",
	    score->points, score->most);
}

int
labsolve(struct lab_sandbox *s, const char *file,
    const struct solution *solution, struct lab_score score[2], struct err *e)
{
	bool has_solution = solution->program != NULL;

	if (check_before(s, file, has_solution, &score[0], e) == -1)
		return -1;
	if (!has_solution)
		return 0;
	if (solution_run(s, file, solution, e) == -1)
		return -1;
	return check_after(s, file, &score[1], e);
}
