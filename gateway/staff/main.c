/*
 * main.c - atoll-staff: runs the commands that staff give by ssh.
 *
 * Process: staff, started by the builder as root, when the first command of staff
 * comes, with its link to the monitor as descriptor 3.  It gives up everything
 * before it reads a word of a user's.  Each command is run by a fork of it, which
 * is atoll's own code with a link to the monitor instead of the socket: the
 * monitor decides what it may.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/staff/jail.h"
#include "gateway/staff/serve.h"
#include "gateway/staff/terminal_kinds.h"

#define MONITOR_FD 3

int
main(int argc, char **argv)
{
	struct confinement place;
	struct err e = { 0 };

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-staff " VERSION);
		return EXIT_SUCCESS;
	}
	if (jail_options(&place, argc, argv, &e) == 0) {
		closefrom(MONITOR_FD + 1);
		/* What follows has files that are out of reach in the jail. */
		tzset();
		setlocale(LC_CTYPE, "C.UTF-8");
		terminal_kinds_read();
		if (jail_enter(&place, &e) == 0 &&
		    staff_serve(MONITOR_FD, &e) == 0)
			_exit(EXIT_SUCCESS);
	}
	log_error(NULL, "atoll-staff: %s", e.text);
	_exit(EXIT_FAILURE);
}
