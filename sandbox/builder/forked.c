/* forked.c - what a process that was forked from the builder does first. */
#include "sandbox/builder/forked.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

void
forked_dies_with(pid_t builder)
{
	pid_t parent;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* 0: the parent is outside of our pid namespace, dead or alive. */
	parent = getppid();
	if (parent != builder && parent != 0)
		_exit(1);
}

void
forked_begin(pid_t builder)
{
	forked_dies_with(builder);
	close(MONITOR_FD);
	close(LOCK_FD);
	close(SUPERVISOR_FD);
}

static int
compare(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
forked_keep(int *keep, size_t count, struct err *e)
{
	unsigned from = STDERR_FILENO + 1;
	int rc = 0;

	qsort(keep, count, sizeof(*keep), compare);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (keep[i] < (int)from)
			continue;
		if ((unsigned)keep[i] > from)
			rc = close_range(from, (unsigned)keep[i] - 1, 0);
		from = (unsigned)keep[i] + 1;
	}
	if (rc == -1 || close_range(from, ~0U, 0) == -1)
		return err_set(e, errno, "close_range");
	return 0;
}
