/*
 * main.c - atoll-net: the network of sandboxes whose lab has one.
 *
 * Process: net, started by the builder as root, where a lab has such a network, with
 * its link to the builder as descriptor 3 and the router's network namespace, which
 * the builder keeps, as descriptor 4.  There it makes the kernel a router, and gives
 * up all but CAP_NET_ADMIN before it hears the builder.
 *
 * It hears nobody else, and sees no packet: interfaces, routes and rules are the
 * kernel's, and go on when this process does not.  The one that follows is told all
 * seats by the builder.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/rtnl.h"
#include "gateway/net/jail.h"
#include "gateway/net/router.h"
#include "gateway/net/rules.h"
#include "gateway/net/serve.h"

#define BUILDER_FD 3
#define ROUTER_FD  4

static int
enter_router(struct err *e)
{
	if (setns(ROUTER_FD, CLONE_NEWNET) == -1)
		return err_set(e, errno, "the router's network namespace");
	closefrom(ROUTER_FD);
	return router_settings(e);
}

static int
serve(int argc, char **argv, struct err *e)
{
	static struct net n = { .builder = { BUILDER_FD, NET, BUILDER },
		.names = { -1, NET, NAMES } };
	struct confinement place;

	LIST_INIT(&n.seats);
	LIST_INIT(&n.labs);
	if (jail_options(&place, argc, argv, e) == -1 ||
	    enter_router(e) == -1 || (n.rtnl = rtnl_open(e)) == -1 ||
	    rules_open(&n, e) == -1 || jail_enter(&place, e) == -1)
		return -1;
	return net_serve(&n, e);
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };

	/* Can it be started at all?  See upgrade/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts("atoll-net " VERSION);
		return EXIT_SUCCESS;
	}
	/* Can it do its work here?  See hostcheck/ of the builder. */
	if (argc == 2 && strcmp(argv[1], "-t") == 0) {
		if (router_trial(&e) == 0)
			return EXIT_SUCCESS;
		fprintf(stderr, "%s\n", e.text);
		return EXIT_FAILURE;
	}
	if (serve(argc, argv, &e) == 0)
		_exit(EXIT_SUCCESS);
	log_error(NULL, "atoll-net: %s", e.text);
	_exit(EXIT_FAILURE);
}
