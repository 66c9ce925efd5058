/* keeper.c - a new process for one that was lost. */
#include "gateway/keys/keeper.h"

#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"

#define PAUSE_MS     1000
#define PAUSE_MAX_MS 60000

/* When the first process of a pid namespace ends, the kernel ends all that its
 * commands have started, see pid_namespaces(7).  clone3(2) has no wrapper in
 * glibc. */
static pid_t
start_apart(child_fn *fn, const void *arg, int link, int *pidfd)
{
	struct clone_args args = { .flags = CLONE_NEWPID | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		child_become(fn, arg, &link, 1);
	return pid;
}

/* True when the link is closed; false when that process has ended before, or, by
 * -1, when so many milliseconds have passed. */
static bool
is_closed(int link, int pidfd, int timeout_ms)
{
	struct pollfd fds[] = { { link, 0, 0 }, { pidfd, POLLIN, 0 } };

	while (poll(fds, 2, timeout_ms) == -1 && errno == EINTR)
		continue;
	return (fds[0].revents & POLLHUP) != 0;
}

static void
ending_text(int status, char *to, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(to, size, "it was killed by signal %d",
		    WTERMSIG(status));
	else
		snprintf(to, size, "its exit status is %d",
		    WEXITSTATUS(status));
}

enum end { END_OF_ALL, END_TO_RENEW, END_LOST };

/* One process, to its end. */
static enum end
keep_one(child_fn *fn, const void *arg, int link, char *why, size_t size)
{
	CLOSES int pidfd = -1;
	pid_t pid = start_apart(fn, arg, link, &pidfd);
	int status = 0;
	bool is_last;

	if (pid == -1) {
		snprintf(why, size, "clone: %s", strerror(errno));
		return END_LOST;
	}
	is_last = is_closed(link, pidfd, -1);
	if (is_last)
		kill(pid, SIGKILL); /* with all that is in its namespace */
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	ending_text(status, why, size);
	if (is_last)
		return END_OF_ALL;
	return WIFEXITED(status) && WEXITSTATUS(status) == KEEPER_RENEW
		   ? END_TO_RENEW
		   : END_LOST;
}

int
keeper_run(child_fn *fn, const void *arg, int link,
    void (*renew)(const void *arg))
{
	int pause_ms = PAUSE_MS;
	char why[ERR_TEXT_SIZE];

	for (;;) {
		int64_t since = clock_ms();
		enum end end = keep_one(fn, arg, link, why, sizeof(why));

		if (end == END_OF_ALL)
			return 0;
		if (end == END_TO_RENEW) {
			renew(arg);
			continue;
		}
		if (clock_ms() - since > PAUSE_MAX_MS)
			pause_ms = PAUSE_MS;
		/* It may have ended because the link has, and been first. */
		if (is_closed(link, -1, 0))
			return 0;
		log_error(NULL,
		    "lost the process that starts keys_command's: %s; another"
		    " starts in %d s",
		    why, pause_ms / 1000);
		if (is_closed(link, -1, pause_ms))
			return 0;
		pause_ms =
		    pause_ms < PAUSE_MAX_MS / 2 ? 2 * pause_ms : PAUSE_MAX_MS;
	}
}
