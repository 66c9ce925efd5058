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
 *
 * For the snapshot of a terminal's screen it starts this program again, as a
 * process that has nothing: see snapshot_process.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "gateway/screen/snapshot_process.h"
#include "sandbox/init/events.h"
#include "sandbox/init/startup.h"

#define LINK_FD 3

int
main(int argc, char **argv)
{
	struct err e = { 0 };
	struct init *in;

	if (snapshot_is_process(argc, argv))
		return snapshot_process();

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc > 1 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-init " VERSION);
		return EXIT_SUCCESS;
	}
	/* Root of the sandbox must not find init's memory in /proc/1. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(022);

	in = init_new(LINK_FD, &e);
	if (in == NULL ||		     /* what needs memory */
	    init_plan_receive(in, &e) == -1) /* what it is for */
		return EXIT_FAILURE;
	init_prepare(in);		      /* the same for everybody */
	if (init_await_owner(in, &e) == -1 || /* who need not be there yet */
	    init_setup(in, &e) == -1 ||	      /* before a student enters */
	    init_ready(in, &e) == -1 ||	      /* the builder's last word */
	    init_serve(in, &e) == -1)	      /* until the lifeline closes */
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
