/*
 * main.c - atoll-browser: the SSH client of students who have only a browser.
 *
 * Process: browser, started by the builder as root, with the first login by browser, with
 * its link to the monitor as descriptor 3.  It gives up everything before it reads a byte.
 * A fork of it is made for each terminal, and speaks SSH with that terminal's session and
 * with nobody else: what one of them has read, such as a password, no other ever had, and
 * atoll-web, which speaks HTTP with strangers, parses no SSH.
 */
#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/browser/serve.h"

#define MONITOR_FD 3

int
main(int argc, char **argv)
{
	struct confinement place;
	struct jail jail;
	struct err e = { 0 };

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-browser " VERSION);
		return EXIT_SUCCESS;
	}
	if (jail_options(&place, argc, argv, &e) == 0) {
		closefrom(MONITOR_FD + 1);
		ssh_init(); /* libcrypto looks for files when it is first used */
		if (jail_prepare(&jail, &e) == 0 &&
		    jail_enter(&jail, &place, &e) == 0 &&
		    browser_serve(&jail, MONITOR_FD, &e) == 0)
			_exit(EXIT_SUCCESS);
	}
	log_error(NULL, "atoll-browser: %s", e.text);
	_exit(EXIT_FAILURE);
}
