/*
 * main.c - atoll-init: PID 1 of one sandbox.
 *
 * It starts the student's processes, hands their ptys and pipes out, and reaps
 * what dies.  It runs inside the sandbox and trusts nothing outside of it: the
 * worst that a peer on one of its links can do is to use this very sandbox.
 *
 * Descriptor 3 is its link, to the builder until READY and then to the monitor.
 * It is also its lifeline: when it closes, init ends, and with PID 1 the kernel
 * ends the whole sandbox.  There is no log: nobody outside reads its words.
 */
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "sandbox/init/events.h"
#include "sandbox/init/startup.h"

#define LINK_FD 3

int
main(void)
{
	struct err e = { 0 };
	struct init *in;

	/* Root of the sandbox must not find init's memory in /proc/1. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(022);

	in = init_new(LINK_FD, &e);
	if (in == NULL ||		       /* what needs memory */
	    init_plan_receive(in, &e) == -1 || /* whom it works for */
	    init_setup(in, &e) == -1 ||	       /* before a student enters */
	    init_ready(in, &e) == -1 ||	       /* the builder's last word */
	    init_serve(in, &e) == -1)	       /* until the lifeline closes */
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
