/*
 * main.c - atoll-publish: passes browsers on to what students serve in their sandboxes.
 *
 * Process: publish, started by the builder as root, where the site has configured it,
 * with its link to the monitor as descriptor 3.  It gives up everything else before it
 * reads a byte; all its sockets come over the link, or are accepted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/publish/jail.h"
#include "gateway/publish/serve.h"

#define MONITOR_FD 3

int
main(int argc, char **argv)
{
	static struct publisher p;
	struct confinement place;
	struct err e = { 0 };

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-publish " VERSION);
		return EXIT_SUCCESS;
	}
	if (jail_options(&place, argc, argv, &e) == 0) {
		closefrom(MONITOR_FD + 1);
		if (publisher_begin(&p, MONITOR_FD, &e) == 0 &&
		    jail_enter(&place, &e) == 0 && publisher_serve(&p, &e) == 0)
			_exit(EXIT_SUCCESS);
	}
	log_error(NULL, "atoll-publish: %s", e.text);
	_exit(EXIT_FAILURE);
}
