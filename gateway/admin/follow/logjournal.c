/* logjournal.c - the lines of an account or a seat, as the journal has them. */
#include "gateway/admin/follow/logjournal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/log_journal.h"
#include "gateway/base/scope.h"
#include "gateway/base/sibling.h"
#include "gateway/wire/msg.h"

#define INSTEAD                                                                \
	": give --file with the file that atolld's standard error goes to"
#define NOT_THERE 127

/* The fields of one name are alternatives.  Anybody on this host may write ATOLL_ACCOUNT
 * to the journal, and nobody else _EXE; and a program that was upgraded and not
 * started again is "(deleted)". */
struct arguments {
	char account[NAME_SIZE + 16], lab[NAME_SIZE + 16], since[48];
	char exe[4][PATH_SIZE + 32];
	const char *argv[16];
};

static void
fill_programs(struct arguments *a)
{
	static const char *const programs[] = { "atoll-monitor",
		"atoll-builder" };
	char path[PATH_SIZE];

	for (int i = 0; i < 4; i++) {
		FREES char *real = NULL;

		sibling_path(programs[i / 2], path, sizeof(path));
		real = realpath(path, NULL);
		snprintf(a->exe[i], sizeof(a->exe[i]), "_EXE=%.*s%s", PATH_SIZE,
		    real == NULL ? path : real, i % 2 == 0 ? "" : " (deleted)");
	}
}

static void
fill(struct arguments *a, const struct logmatch *m, bool follow)
{
	size_t n = 0;

	a->argv[n++] = "journalctl";
	a->argv[n++] = "--quiet";
	a->argv[n++] = "--no-pager";
	a->argv[n++] = "--output=cat";
	if (follow) {
		a->argv[n++] = "--follow";
		a->argv[n++] = "--no-tail";
	}
	if (m->since != 0) {
		snprintf(a->since, sizeof(a->since), "--since=@%" PRId64,
		    m->since);
		a->argv[n++] = a->since;
	}
	fill_programs(a);
	for (int i = 0; i < 4; i++)
		a->argv[n++] = a->exe[i];
	snprintf(a->account, sizeof(a->account), "ATOLL_ACCOUNT=%s",
	    m->account);
	a->argv[n++] = a->account;
	if (m->lab[0] != '\0') {
		snprintf(a->lab, sizeof(a->lab), "ATOLL_LAB=%s", m->lab);
		a->argv[n++] = a->lab;
	}
	a->argv[n] = NULL;
}

static int
become_journalctl(const void *arg)
{
	const struct arguments *a = arg;

	prctl(PR_SET_PDEATHSIG, SIGTERM); /* it might not write again */
	if (child_stdio(CHILD_NULL, CHILD_FD, CHILD_SAME) == -1)
		return NOT_THERE;
	execvp("journalctl", (char *const *)(uintptr_t)a->argv);
	return NOT_THERE;
}

int
logjournal_read(const struct logmatch *m, bool follow, logfile_line *line,
    void *self, struct err *e)
{
	CLOSES int ours = -1;
	CLOSES int theirs = -1;
	struct arguments a;
	int ends[2], status, rc;
	pid_t pid;

	if (access(LOG_JOURNAL_SOCKET, F_OK) == -1)
		return err_set(e, 0,
		    "there is no journal on this host" INSTEAD);
	fill(&a, m, follow);
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	ours = ends[0];
	theirs = ends[1];
	pid = child_start(become_journalctl, &a, &theirs, 1);
	if (pid == -1)
		return err_set(e, errno, "fork");
	scope_close(&theirs);
	rc = logfile_read(ours, line, self, e);
	if (rc == -1) /* it may go on for ever */
		kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (rc == 0 && WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
		return err_set(e, 0, "journalctl cannot be run" INSTEAD);
	return rc;
}
