/*
 * main.c - atoll-names: names that sandboxes may ask for, and their addresses.
 *
 * Process: names, started by the builder as root, where a lab allows names, with its
 * link to the builder as descriptor 3, the router's network namespace as descriptor 4
 * and its link to atoll-net as descriptor 5.  There it opens the socket that sandboxes
 * ask at, and gives up everything else.
 *
 * It reads what students and resolvers send, and so it may do nothing but ask and tell:
 * what is let through is for atoll-net to decide, and a question for a name that is not
 * allowed goes nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/names/jail.h"
#include "gateway/names/serve.h"

#define BUILDER_FD 3
#define ROUTER_FD  4
#define NET_FD	   5

/* In this namespace nobody else opens any; the capability for it we have not. */
static int
open_ports(struct err *e)
{
	static const char path[] =
	    "/proc/sys/net/ipv4/ip_unprivileged_port_start";
	CLOSES int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, "53", 2) != 2)
		return err_set(e, errno, "%s", path);
	return 0;
}

static int
enter_router(struct err *e)
{
	closefrom(NET_FD + 1);
	if (setns(ROUTER_FD, CLONE_NEWNET) == -1)
		return err_set(e, errno, "the router's network namespace");
	close(ROUTER_FD);
	return open_ports(e);
}

static int
serve(int argc, char **argv, struct err *e)
{
	static struct names n = { .builder = { BUILDER_FD, NAMES, BUILDER },
		.net = { NET_FD, NAMES, NET } };
	struct confinement place;

	LIST_INIT(&n.seats);
	if (jail_options(&place, argc, argv, e) == -1 ||
	    enter_router(e) == -1 || (n.sandboxes = serve_open(e)) == -1 ||
	    jail_enter(&place, e) == -1)
		return -1;
	return names_serve(&n, e);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-names " VERSION);
		return EXIT_SUCCESS;
	}
	if (serve(argc, argv, &e) == 0)
		_exit(EXIT_SUCCESS);
	log_error(NULL, "atoll-names: %s", e.text);
	_exit(EXIT_FAILURE);
}
