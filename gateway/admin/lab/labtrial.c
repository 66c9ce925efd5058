/*
 * labtrial.c - a lab's sandbox, started to see whether it can be.
 *
 * Messages are sent and awaited one after the other: labsandbox.c does it.
 */
#include "gateway/admin/lab/labtrial.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/admin/lab/labnotes.h"
#include "gateway/admin/lab/labsay.h"
#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/escape.h"
#include "gateway/base/scope.h"

/* --- the builder -------------------------------------------------------- */

struct builder_run {
	const char *config, *loader, *libexec_dir;
};

static int
exec_builder(const void *arg)
{
	const struct builder_run *r = arg;
	char program[PATH_SIZE + 16];

	snprintf(program, sizeof(program), "%s/atoll-builder", r->libexec_dir);
	/* Its log is for operators; what matters comes as a message. */
	if (child_stdio(CHILD_SAME, CHILD_SAME, CHILD_NULL) == -1)
		return 126;
	execl(program, "atoll-builder", "-c", r->config, "-l", r->loader,
	    (char *)NULL);
	return 127;
}

static int
load(struct lab_sandbox *s, struct err *e)
{
	if (chan_hello(&s->builder, e) == -1)
		return -1;
	/* A trial builds what it tries, and nothing else. */
	MSG_NEW(&s->m, DRAINING, draining);
	s->m.draining.is_on = 1;
	if (chan_send(&s->builder, &s->m, e) == -1)
		return -1;
	MSG_NEW(&s->m, LOAD, load);
	s->m.serial = 1;
	if (chan_send(&s->builder, &s->m, e) == -1)
		return -1;
	for (;;) {
		if (labsandbox_receive(s, &s->builder, e) == -1)
			return -1;
		if (s->m.type == MSG_LOADED) {
			msg_close(&s->m);
			return 0;
		}
		if (s->m.type == MSG_HELLO) {
			if (chan_check_hello(&s->builder, &s->m, e) == -1)
				return -1;
		} else if (s->m.type == MSG_LOAD_FAILED &&
			   s->m.load_failed.more != 0) {
			char safe[4 * TEXT_SIZE];

			text_escape(safe, sizeof(safe),
			    s->m.load_failed.reason);
			fprintf(stderr, "atoll: %s\n", safe);
		} else {
			return err_set(e, 0,
			    "atoll-builder does not take this configuration: "
			    "the lines"
			    " above say why");
		}
	}
}

/* --- one sandbox -------------------------------------------------------- */

/* A student's first command, and what there is to know. */
static int
try_shell(struct lab_sandbox *s, const struct trial_lab *lab, struct err *e)
{
	const struct trial_command first = { .line = "true" };
	const struct trial_command notes = {
		.line = labnotes_command(lab->is_debug, lab->has_setuid)
	};
	uint32_t status;

	if (labsandbox_run(s, &first, &status, e) == -1)
		return err_wrap(e, "the student's shell");
	if (status != 0) {
		labsay(stderr, lab->file, "shell: ", s->output);
		return err_set(e, 0,
		    "the student's shell cannot run a command: status %" PRIu32,
		    status);
	}
	if (labsandbox_run(s, &notes, &status, e) == 0 && status == 0)
		labsay(stdout, lab->file, "note: ", s->output);
	return 0;
}

static void
print_ok(const struct trial_lab *lab, int64_t took,
    const struct lab_score score[2], unsigned solved)
{
	printf("%s: ok: a sandbox starts in %" PRId64 " ms%s", lab->file, took,
	    lab->has_setup ? ", setup included" : "");
	if (lab->steps.count > 0)
		printf("; %u of its %u steps have a solve, and check sees it\n",
		    solved, lab->steps.count);
	else if (!lab->has_check)
		puts("; it has no check");
	else if (lab->solution.program == NULL)
		puts(", and check runs; without solve nothing has tested"
		     " whether it sees what students do");
	else
		printf("; check gives %" PRIu32 " of %" PRIu32
		       " points, and %" PRIu32 " of %" PRIu32 " after solve\n",
		    score[0].points, score[0].most, score[1].points,
		    score[1].most);
}

static int
try_one(struct lab_sandbox *s, const struct trial_lab *lab, struct err *e)
{
	struct lab_score score[2] = { { 0 } };
	int64_t since = clock_ms(), took;
	unsigned solved = 0;
	int rc = labsandbox_start(s, lab->name, e);

	if (rc == -1)
		return -1;
	took = clock_ms() - since;
	rc = try_shell(s, lab, e);
	if (rc == 0 && lab->has_check)
		rc = labsolve(s, lab->file, &lab->solution, score, e);
	if (rc == 0)
		rc = labsteps(s, lab->file, &lab->steps, &solved, e);
	labsandbox_end(s);
	if (rc == 0)
		print_ok(lab, took, score, solved);
	return rc;
}

int
labtrial(const char *config, const char *loader, const char *libexec_dir,
    const struct trial_lab *labs, size_t count, struct err *e)
{
	FREES struct lab_sandbox *s = calloc(1, sizeof(*s));
	CLOSES int ours = -1;
	int ends[2], failed = 0;
	pid_t pid;

	if (s == NULL)
		return err_set(e, ENOMEM, "a trial");
	if (chan_pair(ends, e) == -1)
		return -1; /* cppcheck-suppress memleak ; FREES */
	ours = ends[0];
	pid = child_start(exec_builder,
	    &(struct builder_run){ config, loader, libexec_dir }, &ends[1], 1);
	close(ends[1]);
	if (pid == -1)
		/* cppcheck-suppress memleak ; FREES */
		return err_set(e, errno, "fork");
	s->builder = (struct chan){ ours, MONITOR, BUILDER };
	if (load(s, e) == -1)
		failed = -1;
	for (size_t i = 0; failed != -1 && i < count; i++) {
		if (try_one(s, &labs[i], e) == -1) {
			labsay(stderr, labs[i].file, "", e->text);
			failed++;
		}
	}
	scope_close(&ours);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	return failed;
}
