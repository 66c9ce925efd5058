/*
 * main.c - atolld: has a gateway's processes started, and outlives its monitor.
 *
 * This is what a person or a service manager starts: root, small, and deaf to
 * everybody outside.  It reads no configuration and no byte of a user's; all that
 * it hears is what the monitor says of itself (supervise.h).
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/sibling.h"
#include "gateway/supervisor/supervise.h"
#include "gateway/wire/msg.h"

#define CONFIG_FILE "/etc/atoll/atoll.conf"

struct options {
	const char *config;
	const char *loader; /* its option, when it is to answer instead */
};

static void
usage(FILE *to)
{
	fputs("usage: atolld [-c FILE] [-t | -T]\n"
	      "  -c FILE  configuration (" CONFIG_FILE ")\n"
	      "  -t       check configuration and images, and exit\n"
	      "  -T       print the effective configuration, and exit\n"
	      "  -V       print the version, and exit\n"
	      "See atolld(8).\n",
	    to);
}

static void
parse_options(struct options *o, int argc, char **argv)
{
	int opt;

	*o = (struct options){ .config = CONFIG_FILE };
	while ((opt = getopt(argc, argv, "c:tTVhu:R")) != -1) {
		switch (opt) {
		case 'c':
			o->config = optarg;
			break;
		case 't':
			o->loader = "-t";
			break;
		case 'T':
			o->loader = "-T";
			break;
		case 'V':
			puts("atolld " VERSION);
			if (!HAS_SIGNER)
				puts("built with SHARED_LIBSSH=1: without"
				     " atoll-signer, every session process has"
				     " the host keys");
			exit(0);
		case 'h':
			usage(stdout);
			exit(0);
		case 'u': /* of builds in which atolld was the monitor */
		case 'R':
			fputs("the gateway is of a build without a supervisor:"
			      " restart it\n",
			    stderr);
			exit(1);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
}

static _Noreturn void
become_loader(const struct options *o)
{
	char program[PATH_MAX];

	sibling_path("atoll-loader", program, sizeof(program));
	execl(program, "atoll-loader", "-c", o->config, o->loader,
	    (char *)NULL);
	log_error(NULL, "cannot run %s: %s", program, strerror(errno));
	exit(127);
}

int
main(int argc, char **argv)
{
	struct options o;
	struct err e;
	int status;

	parse_options(&o, argc, argv);
	/* These two change nothing, and whoever may read the files may ask. */
	if (o.loader != NULL)
		become_loader(&o);
	/* First: without root even reading the configuration may fail, with
	 * an error that does not name the cause. */
	if (geteuid() != 0) {
		log_error(NULL,
		    "atolld must be started as root: it makes containers and"
		    " gives root up by itself; try sudo");
		return 1;
	}
	status = supervise(o.config, &e);
	if (status == -1) {
		log_error(NULL, "%s", e.text);
		return 1;
	}
	return status;
}
