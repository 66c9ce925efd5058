/* takeover.c - this process becomes the installed monitor. */
#include "gateway/monitor/upgrade/takeover.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/trial.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/upgrade/save.h"

#define BUILDER_MS 10000 /* for the next builder's first word */

static char program[PATH_MAX];

void
takeover_remember_program(void)
{
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) == -1)
		program[0] = '\0';
}

const char *
takeover_program(void)
{
	return program;
}

bool
takeover_is_possible(void)
{
	return program[0] != '\0';
}

static void
signals_to_hold(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
}

void
takeover_hold_signals(void)
{
	sigset_t set;

	signals_to_hold(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
takeover_release_signals(void)
{
	sigset_t set;

	signals_to_hold(&set);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

_Noreturn void
takeover_tell_trial(int rc, const struct err *e)
{
	if (rc == 0)
		dprintf(STDERR_FILENO, "%016" PRIx64 "\n", (uint64_t)PROTOCOL);
	else
		dprintf(STDERR_FILENO, "%s\n", e->text);
	_exit(rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* The installed monitor reads our state, in a process of its own.  *protocol is what
 * it speaks with its builder. */
int
takeover_rehearse(struct monitor *m, const struct client *asks,
    uint64_t *protocol, struct err *e)
{
	char number[12], said[ERR_TEXT_SIZE];
	const char *const argv[] = { program, "-c", m->config->file, "-u",
		number, "-R", NULL };
	struct saved s;
	char *end;
	int rc = save_state(m, asks, &s, e);

	snprintf(number, sizeof(number), "%d", s.state);
	if (rc == 0)
		rc = trial_run("the installed atoll-monitor", argv, -1, -1,
		    TRIAL_SECONDS, said, e);
	save_undo(&s);
	if (rc == -1)
		return -1;
	*protocol = strtoull(said, &end, 16);
	return end == said || *end != '\0'
		   ? err_set(e, 0, "the installed atoll-monitor says \"%.80s\"",
			 said)
		   : 0;
}

/* Its HELLO is of the build that is installed now; one that could not exec says
 * ours again. */
static int
hand_over_builder(struct monitor *m, uint64_t protocol, struct err *e)
{
	struct msg hello;

	build_upgrade(m);
	if (m->builder == NULL ||
	    link_await(m->builder, MSG_HELLO, BUILDER_MS, &hello) == -1)
		return err_set(e, 0, "the builder does not answer");
	if (hello.hello.protocol != protocol)
		return err_set(e, 0,
		    "the builder stays of the build before, or is of another"
		    " than atoll-monitor: install all from one package");
	return 0;
}

/* Returns when it cannot be. */
static void
become_next(struct monitor *m, const struct client *asks, struct err *e)
{
	char number[12];
	struct saved s;

	if (save_state(m, asks, &s, e) == 0) {
		snprintf(number, sizeof(number), "%d", s.state);
		execl(program, "atoll-monitor", "-c", m->config->file, "-u",
		    number, (char *)NULL);
		err_set(e, errno, "exec %s", program);
	}
	save_undo(&s);
}

void
takeover_run(struct monitor *m, const struct client *asks, uint64_t protocol,
    struct err *e)
{
	/* One that the loop has taken and not told us of would be lost. */
	takeover_hold_signals();
	log_info(NULL, "upgrading connections=%u sandboxes=%u",
	    m->registry.conn_count, m->registry.running);
	if (hand_over_builder(m, protocol, e) == 0) {
		become_next(m, asks, e);
		m->is_reload_due = true; /* this builder has no labs */
		if (protocol != PROTOCOL)
			monitor_fail(m,
			    "the builder is of the next build, and the monitor"
			    " could not become it");
	}
	takeover_release_signals();
}
