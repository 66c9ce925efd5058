/* setup.c - the lab's setup: before the student enters. */
#include "sandbox/init/setup.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "sandbox/init/program.h"
#include "sandbox/init/walk.h"

/* True when the setup itself is among the dead. */
static bool
reap(const struct program_run *r, int signals, int *status)
{
	struct signalfd_siginfo drained;
	bool is_over = false;
	pid_t pid;
	int s;

	while (read(signals, &drained, sizeof(drained)) > 0)
		continue;
	while ((pid = waitpid(-1, &s, WNOHANG)) > 0) {
		if (pid != r->pid)
			continue;
		is_over = true;
		*status = s;
	}
	return is_over;
}

/* 0: it ended, by itself. */
static int
await(struct program_run *r, int lifeline, int signals, int *status,
    struct err *e)
{
	for (;;) {
		struct pollfd fds[] = { { lifeline, POLLIN },
			{ signals, POLLIN }, { r->out, POLLIN } };
		int64_t left = r->ends_ms - clock_ms();

		if (left <= 0)
			return err_set(e, ETIMEDOUT, "setup");
		if (poll(fds, 3, left > INT32_MAX ? INT32_MAX : (int)left) ==
			-1 &&
		    errno != EINTR)
			return err_set(e, errno, "setup: poll");
		if (fds[0].revents != 0)
			return err_set(e, EPIPE, "setup");
		program_read(r);
		if (reap(r, signals, status)) {
			program_read(r);
			return 0;
		}
	}
}

/* What a student and the log are told. */
static void
explain(const struct program_run *r, const char *how, struct err *e)
{
	char line[256];

	program_last_line(r, line, sizeof(line));
	err_set(e, 0, "the lab's setup failed (%s)%s%s", how,
	    line[0] == '\0' ? "" : ": ", line);
}

int
setup_run(const struct msg_init_plan *plan, int lifeline, int signals,
    struct err *e)
{
	struct steps steps; /* where the seat's last sandbox was left */
	struct lab_run run = { .file = program_names[PROGRAM_SETUP],
		.seconds = plan->setup_seconds };
	FREES struct program_run *r = NULL;
	char how[64];
	int status = 0;

	if (plan->setup_seconds == 0)
		return 0;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return err_set(e, ENOMEM, "setup");
	r->out = -1;
	r->keeps_end = true;
	if (plan->steps_seconds != 0 && walk_read(&steps, plan, e) == 0)
		run.step = steps.at;
	if (program_start(r, plan, &run, e) == -1)
		return err_wrap(e, "the lab's setup");
	if (await(r, lifeline, signals, &status, e) == -1) {
		program_end(r);
		snprintf(how, sizeof(how), "not over within setup_time, %u s",
		    plan->setup_seconds);
		if (e->code == ETIMEDOUT)
			explain(r, how, e);
		return -1;
	}
	scope_close(&r->out);
	if (status == 0)
		return 0;
	program_ending(status, how, sizeof(how));
	explain(r, how, e);
	return -1;
}
