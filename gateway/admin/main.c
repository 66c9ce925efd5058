/*
 * main.c - atoll, the administrator's tool: one command, one answer.
 *
 * But for check-host, which needs no gateway and is root's, it is a client of
 * the monitor's admin socket and has no privileges of its
 * own: the monitor checks who asks.  What comes back is shown, never believed
 * to be harmless.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/admin/account/account.h"
#include "gateway/admin/checkhost.h"
#include "gateway/admin/commands.h"
#include "gateway/admin/exchange.h"
#include "gateway/admin/lab/lab.h"
#include "gateway/admin/output.h"
#include "gateway/admin/print.h"
#include "gateway/base/escape.h"

#define SOCKET_DEFAULT "/run/atoll/admin.sock"
#define CONFIG_DEFAULT "/etc/atoll/atoll.conf"

enum status { DONE = 0, FAILED = 1, USAGE = 2 };

struct options {
	const char *socket, *config;
	bool json, csv;
	const struct command *command;
	const char *argument; /* NULL when the command takes none */
};

static void
usage(FILE *out)
{
	fprintf(out,
	    "usage: atoll [-s SOCKET | -c FILE] [--json] COMMAND\n"
	    "\n"
	    "  -s, --socket SOCKET  the monitor's, " SOCKET_DEFAULT
	    " by default\n"
	    "  -c, --config FILE    for check-host and lab "
	    "check, " CONFIG_DEFAULT "\n"
	    "      --json           for scripts\n"
	    "      --csv            for spreadsheets: results, accounts\n"
	    "      --help           this\n"
	    "      --version\n"
	    "\n"
	    "commands:\n");
	commands_usage(out);
	fprintf(out, "  %-11s %-5s %s\n", "account", "...",
	    "who may log in: 'atoll account' lists its commands");
	fprintf(out, "  %-11s %-5s %s\n", "lab", "...",
	    "lab files: 'atoll lab' lists its commands");
}

_Noreturn static void
usage_exit(const char *what, const char *which)
{
	char safe[256];

	text_escape(safe, sizeof(safe), which);
	fprintf(stderr, "atoll: %s%s\n", what, safe);
	usage(stderr);
	exit(USAGE);
}

/* The command and its argument are what getopt left. */
static void
take_command(struct options *o, int count, char *const *words)
{
	int wanted = 1;

	if (count == 0)
		usage_exit("which command?", "");
	o->command = command_find(words[0]);
	if (o->command == NULL)
		usage_exit("unknown command: ", words[0]);
	if (o->command->argument != NULL) {
		wanted = 2;
		if (count < wanted)
			usage_exit("missing: ", o->command->argument);
		o->argument = words[1];
	}
	if (count > wanted)
		usage_exit("too many words: ", words[wanted]);
	if (o->csv && o->command->show_csv == NULL)
		usage_exit("--csv is not for ", words[0]);
	if (o->csv && o->json)
		usage_exit("--json or --csv, not both", "");
}

/* Where a word stands whose words and options are its own; argc when the
 * command is another. */
static int
find_family(int argc, char *const *argv)
{
	static const char *const valued[] = { "-s", "-c", "--socket",
		"--config" };

	for (int i = 1; i < argc; i++) {
		bool takes_value = false;

		if (argv[i][0] != '-')
			return strcmp(argv[i], "account") == 0 ||
				       strcmp(argv[i], "lab") == 0
				   ? i
				   : argc;
		for (size_t k = 0; k < sizeof(valued) / sizeof(*valued); k++)
			takes_value =
			    takes_value || strcmp(argv[i], valued[k]) == 0;
		i += takes_value;
	}
	return argc;
}

static struct options
options_parse(int argc, char *const *argv)
{
	enum { JSON = 256, CSV, HELP, SHOW_VERSION };
	static const struct option known[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "config", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, JSON },
		{ "csv", no_argument, NULL, CSV },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, SHOW_VERSION },
		{ 0 },
	};
	struct options o = { .socket = SOCKET_DEFAULT,
		.config = CONFIG_DEFAULT };
	int c;

	while ((c = getopt_long(argc, argv, "s:c:", known, NULL)) != -1) {
		switch (c) {
		case 's':
			o.socket = optarg;
			break;
		case 'c':
			o.config = optarg;
			break;
		case JSON:
			o.json = true;
			break;
		case CSV:
			o.csv = true;
			break;
		case HELP:
			usage(stdout);
			exit(DONE);
		case SHOW_VERSION:
			printf("atoll %s\n", VERSION);
			exit(DONE);
		default: /* getopt_long(3) has said what is wrong */
			usage(stderr);
			exit(USAGE);
		}
	}
	return o;
}

_Noreturn static void
fail(enum status status, const struct err *e)
{
	char safe[ERR_TEXT_SIZE];

	text_escape(safe, sizeof(safe), e->text);
	fprintf(stderr, "atoll: %s\n", safe);
	exit(status);
}

static enum status
check_host(const struct options *o)
{
	struct host_report r;
	enum status status;
	struct err e = { 0 };

	if (geteuid() != 0) {
		err_set(&e, 0, "check-host must be run as root");
		fail(FAILED, &e);
	}
	if (host_report_get(&r, o->config, &e) == -1)
		fail(FAILED, &e);
	(o->json ? host_report_json : host_report_print)(stdout, &r);
	status = host_report_is_good(&r) ? DONE : FAILED;
	host_report_free(&r);
	return status;
}

int
main(int argc, char **argv)
{
	int family = find_family(argc, argv);
	struct options o;
	struct answer a = { 0 };
	struct err e = { 0 };
	enum status status;
	struct msg request;
	struct chan c;

	output_begin();
	atexit(output_at_exit);
	o = options_parse(family, argv);
	if (family < argc && strcmp(argv[family], "account") == 0) {
		const struct account_options all = { .socket = o.socket,
			.json = o.json,
			.csv = o.csv };

		return account_main(&all, argc - family, argv + family);
	}
	if (family < argc) {
		if (o.csv)
			usage_exit("--csv is not for ", argv[family]);
		return lab_main(argc - family, argv + family, o.config,
		    o.socket);
	}
	take_command(&o, argc - optind, argv + optind);
	if (o.command->is_local)
		return check_host(&o);
	if (o.command->request(&request, o.argument, &e) == -1)
		fail(USAGE, &e);
	if (ask_open(&c, o.socket, &e) == -1 || ask(&c, &request, &a, &e) == -1)
		fail(FAILED, &e);
	command_show(o.command, &a,
	    o.json  ? FORM_JSON
	    : o.csv ? FORM_CSV
		    : FORM_TEXT);
	status = a.end.status == 0 ? DONE : FAILED;
	answer_free(&a);
	return status;
}
