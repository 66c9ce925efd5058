/*
 * main.c - atoll-web: what a browser or Prometheus asks of the gateway.
 *
 * Process: web, started by the builder as root, where the site has configured it,
 * with its link to the monitor as descriptor 3.  It gives up everything else before
 * it reads a byte; the sockets that it answers on come over the link.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/web/jail.h"
#include "gateway/web/serve.h"

#define MONITOR_FD 3

int
main(int argc, char **argv)
{
	static struct web w;
	struct confinement place;
	struct err e = { 0 };

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-web " VERSION);
		return EXIT_SUCCESS;
	}
	if (jail_options(&place, argc, argv, &e) == 0) {
		closefrom(MONITOR_FD + 1);
		if (web_begin(&w, MONITOR_FD, &e) == 0 &&
		    jail_enter(&place, &e) == 0 && web_serve(&w, &e) == 0)
			_exit(EXIT_SUCCESS);
	}
	log_error(NULL, "atoll-web: %s", e.text);
	_exit(EXIT_FAILURE);
}
