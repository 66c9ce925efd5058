/*
 * main.c - lab: what a student asks of the lab from inside it.
 *
 * Runs as the student, in any image: static, and supplied from outside.  Init
 * does what is asked, or has the monitor do it; this shows the answer.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"

struct command {
	const char *name;
	const char *argument; /* the only one that it may have; "" for none */
	const char *does;
	int (*run)(enum lab_command request, const char *argument);
	enum lab_command request;
	/* Instead of run: one that reads its words by itself, so many at most. */
	int (*run_words)(int count, char **words);
	int words_max;
};

/* argument is NULL where there is none. */
static int
run_plain(enum lab_command request, const char *argument)
{
	(void)argument;
	return ask(request, 0);
}

/* 0 for what is no number from 1. */
static uint32_t
read_number(const char *text)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    number >= UINT32_MAX || errno != 0)
		return 0;
	return (uint32_t)number;
}

static int
run_with_number(enum lab_command request, const char *argument,
    const char *what)
{
	uint32_t number = argument == NULL ? 0 : read_number(argument);

	if (argument != NULL && number == 0) {
		fprintf(stderr, "lab: \"%.40s\" is not the number of %s\n",
		    argument, what);
		return LAB_USAGE;
	}
	return ask(request, number);
}

/* Without a number the one that was left last. */
static int
run_attach(enum lab_command request, const char *argument)
{
	return run_with_number(request, argument,
	    "a terminal: 'lab terminals' lists them");
}

/* Without a number the next one. */
static int
run_hint(enum lab_command request, const char *argument)
{
	return run_with_number(request, argument,
	    "a hint: 'lab hint' shows the next, 'lab hint 1' the first again");
}

#define KEY_WORDS_MAX 64 /* a comment may have blanks */

static const struct command commands[] = {
	{ "help", "", "what this lab is about", run_plain, LAB_COMMAND_HELP },
	{ "check", "", "how far you are", run_plain, LAB_COMMAND_CHECK },
	{ "next", "", "the next step, when this one is done", run_plain,
	    LAB_COMMAND_NEXT },
	{ "back", "", "the step before", run_plain, LAB_COMMAND_BACK },
	{ "hint", "[N]", "the next hint of this step, or number N again",
	    run_hint, LAB_COMMAND_HINT },
	{ "time", "", "how long you may stay", run_plain, LAB_COMMAND_TIME },
	{ "why", "", "what you were refused on the network, and why", run_plain,
	    LAB_COMMAND_WHY },
	{ "terminals", "", "your terminals, and what runs on them", run_plain,
	    LAB_COMMAND_TERMINALS },
	{ "new", "", "a new terminal; this one waits for you", run_plain,
	    LAB_COMMAND_NEW },
	{ "attach", "[N]",
	    "the terminal that waits, or number N; this one"
	    " waits then",
	    run_attach, LAB_COMMAND_ATTACH },
	{ "machines", "", "the machines of this lab, where it has several",
	    run_plain, LAB_COMMAND_MACHINES },
	{ "console", "NAME",
	    "a shell on another machine, which Ctrl-] leaves; or a command",
	    NULL, 0, run_console, INT_MAX },
	{ "capture", "[IF]",
	    "what passes an interface, for tcpdump or Wireshark to read", NULL,
	    0, run_capture, INT_MAX },
	{ "reset", "[NAME]",
	    "a fresh sandbox, or one machine of it; -y does not ask", NULL, 0,
	    run_reset, 2 },
	{ "link", "NAME on|off",
	    "a machine's cable in or out: for the lab's check alone", NULL, 0,
	    run_link, 2 },
	{ "receipts", "", "your work that was collected, and its points",
	    run_plain, LAB_COMMAND_RECEIPTS },
	{ "publish", "", "links to what you serve, for a browser; good once",
	    run_plain, LAB_COMMAND_PUBLISH },
	{ "browser", "", "a code that logs in with a browser here; good once",
	    run_plain, LAB_COMMAND_BROWSER },
	{ "passwd", "", "another password for your account", NULL, 0,
	    run_passwd, 0 },
	{ "key", "...", "the public keys that you log in with", NULL, 0,
	    run_key, KEY_WORDS_MAX },
	{ "export", "[FILE]", "all that you changed, as a tar archive", NULL, 0,
	    run_export, 1 },
	{ "hand", "[TEXT]", "ask for help; --down when it is well", NULL, 0,
	    run_hand, INT_MAX },
	{ "stage", "[on|off]",
	    "what staff show to all; staff: on shows this terminal", NULL, 0,
	    run_stage, 1 },
	{ "ping", "[-c N]", "what makes your terminal slow, if it is", NULL, 0,
	    run_ping, 2 },
};

static int
usage(FILE *to, int status)
{
	fputs("usage: lab COMMAND\n", to);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(to, "  %-9s %-6s  %s\n", commands[i].name,
		    commands[i].argument, commands[i].does);
	return status;
}

static int
run_step(void)
{
	int status = ask(LAB_COMMAND_STEP, 0);

	return status == LAB_USAGE ? usage(stderr, status) : status;
}

static bool
has_good_arguments(const struct command *c, int argc)
{
	if (c->run_words != NULL)
		return argc <= c->words_max;
	if (argc == 0)
		return true;
	return argc == 1 && c->argument[0] != '\0';
}

int
main(int argc, char **argv)
{
	/* The step that one is at, where the lab has steps. */
	if (argc < 2)
		return run_step();
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, LAB_DONE);
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, argv[1]) != 0)
			continue;
		if (!has_good_arguments(c, argc - 2))
			return usage(stderr, LAB_USAGE);
		return c->run_words != NULL ? c->run_words(argc - 2, argv + 2)
					    : c->run(c->request, argv[2]);
	}
	return usage(stderr, LAB_USAGE);
}
