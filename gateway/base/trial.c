/* trial.c - a program is run to its end, to see whether it can. */
#include "gateway/base/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"

#define LINK_FD 3

/* Its standard error, up to its end or for so long; then it is killed. */
static int
wait_for_end(pid_t pid, int in, int seconds, char *text, size_t size)
{
	int64_t until = clock_ms() + seconds * INT64_C(1000);
	struct pollfd p = { .fd = in, .events = POLLIN };
	size_t used = 0;
	int status = 1;

	for (;;) {
		int64_t left = until - clock_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			break;
		n = read(in, text + used, size - 1 - used);
		if (n <= 0 || (used += (size_t)n) == size - 1)
			break;
	}
	text[used] = '\0';
	if (clock_ms() >= until)
		snprintf(text, size, "it took too long");
	kill(pid, SIGKILL); /* nothing, to one that has ended */
	waitpid(pid, &status, 0);
	return status;
}

/* dup2(2) of a descriptor onto itself leaves its flag. */
static int
take_link(int link)
{
	return link == LINK_FD ? fcntl(link, F_SETFD, 0) : dup2(link, LINK_FD);
}

static _Noreturn void
exec_trial(const char *const *argv, int directory, int link, int out)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(null, STDOUT_FILENO) == -1 || dup2(out, STDERR_FILENO) == -1 ||
	    (directory != -1 && fchdir(directory) == -1) ||
	    (link != -1 && take_link(link) == -1))
		_exit(126);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int
trial_run(const char *what, const char *const *argv, int directory, int link,
    int seconds, char said[ERR_TEXT_SIZE], struct err *e)
{
	CLOSES int in = -1;
	int ends[2], status;
	pid_t pid;

	said[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	in = ends[0];
	pid = fork();
	if (pid == 0)
		exec_trial(argv, directory, link, ends[1]);
	close(ends[1]);
	if (pid == -1)
		return err_set(e, errno, "fork");
	status = wait_for_end(pid, in, seconds, said, ERR_TEXT_SIZE);
	said[strcspn(said, "\n")] = '\0';
	if (said[0] == '<' && said[1] != '\0' && said[2] == '>')
		memmove(said, said + 3, strlen(said + 3) + 1);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return err_set(e, 0, "%s: %s", what,
	    said[0] == '\0' ? "it failed without a word" : said);
}
