/*
 * main.c - atoll-loader: reads the configuration, once, and ends.
 *
 * Root, because host keys, images and the files of labs may be for root only.
 * The parsers that it needs are large: so they run in a process of their own
 * that lives for one load, that keeps of root only the right to read (loader_jail.h),
 * and what it found goes on as plans and as text.
 *
 * Descriptor 3 is the link to the builder, or with -H that of atoll to the
 * builder which this process becomes.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/loader/inspect.h"
#include "gateway/loader/load.h"
#include "gateway/loader/loader_jail.h"
#include "gateway/loader/plans.h"
#include "gateway/loader/solutions.h"

#define LINK_FD	   3
#define RUNNING_FD 4

enum task {
	NO_TASK,
	TEST,
	PRINT,
	EFFECTIVE,
	PLANS,
	CHANGED_PLANS,
	HOST,
	SOLUTIONS
};

static void
usage(FILE *to)
{
	fputs("usage: atoll-loader -c FILE -t | -T | -e | -b | -r | -H | -s\n"
	      "  -t  check configuration and images, and exit\n"
	      "  -T  print the effective configuration, without secrets\n"
	      "  -e  the same with secrets, for atolld\n"
	      "  -b  send plans to the builder on descriptor 3\n"
	      "  -r  the same, if nothing differs from the configuration on\n"
	      "      descriptor 4 that cannot change while atolld runs\n"
	      "  -H  have the builder check this host, for atoll check-host\n"
	      "  -s  write what solves the labs, for atoll lab check\n"
	      "atolld, atoll-builder and atoll start it: see atolld(8).\n",
	    to);
}

static enum task
parse_options(int argc, char **argv, const char **file)
{
	static const char letters[] = "tTebrHs";
	static const enum task tasks[] = { TEST, PRINT, EFFECTIVE, PLANS,
		CHANGED_PLANS, HOST, SOLUTIONS };
	enum task task = NO_TASK;
	int opt;

	*file = NULL;
	while ((opt = getopt(argc, argv, "c:tTebrHs")) != -1) {
		const char *letter = strchr(letters, opt);

		if (opt == 'c')
			*file = optarg;
		else if (letter != NULL && task == NO_TASK)
			task = tasks[letter - letters];
		else
			return NO_TASK;
	}
	return *file == NULL || optind < argc ? NO_TASK : task;
}

/* Warnings and every error go to stderr. */
static int
load(const char *file, enum task task)
{
	struct diagnostics out;
	struct config *c;
	bool has_failed;

	diagnostics_init(&out);
	c = config_load(file, &out);
	diagnostics_log(&out);
	diagnostics_free(&out);
	if (c == NULL)
		return 1;
	if (task != TEST)
		config_print(c, stdout, task == EFFECTIVE);
	config_free(c);
	has_failed = fflush(stdout) == EOF || ferror(stdout);
	if (has_failed)
		log_error(NULL, "stdout: %s", strerror(errno));
	return has_failed ? 1 : 0;
}

static int
run(enum task task, const char *file)
{
	switch (task) {
	case TEST:
	case PRINT:
	case EFFECTIVE:
		return load(file, task);
	case PLANS:
		return plans_send(file, LINK_FD, -1);
	case CHANGED_PLANS:
		return plans_send(file, LINK_FD, RUNNING_FD);
	case SOLUTIONS:
		return solutions_write(file, stdout);
	default:
		return 2;
	}
}

int
main(int argc, char **argv)
{
	const char *file;
	enum task task = parse_options(argc, argv, &file);
	struct err e;

	if (task == NO_TASK) {
		usage(stderr);
		return 2;
	}
	if (task == HOST) /* it parses in a child */
		return inspect_host(file, LINK_FD);
	if (loader_jail_enter(&e) == 0)
		return run(task, file);
	log_error(NULL, "atoll-loader: %s", e.text);
	return 1;
}
