/* forked.c - what a process that was forked from the builder does first. */
#include "sandbox/builder/forked.h"

#include <signal.h>
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
