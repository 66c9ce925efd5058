/*
 * main.c - lab: what a student asks of the lab from inside it.
 *
 * Runs as the student, in any image: static, and supplied from outside.  Init
 * does what is asked, or has the monitor do it; this shows the answer.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "sandbox/lab/ask.h"

struct command {
	const char *name;
	const char *does;
	int (*run)(int argc, char **argv);
};

static int
run_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return ask(LAB_COMMAND_HELP);
}

static int
run_time(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return ask(LAB_COMMAND_TIME);
}

static int
run_check(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return ask(LAB_COMMAND_CHECK);
}

/* Only a person at a terminal can be asked. */
static bool
is_sure(void)
{
	char answer[16];

	printf("This sandbox and what is in it is thrown away, but for a home"
	       " that the lab keeps.\nEach of your sessions in it ends."
	       "  Type yes to go on: ");
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) != NULL &&
	       strcmp(answer, "yes\n") == 0;
}

static int
run_reset(int argc, char **argv)
{
	if (argc > 0 && strcmp(argv[0], "-y") == 0)
		return ask(LAB_COMMAND_RESET);
	if (!isatty(STDIN_FILENO)) {
		fputs("lab: there is no terminal to ask at: 'lab reset -y' does"
		      " not ask\n",
		    stderr);
		return LAB_USAGE;
	}
	if (is_sure())
		return ask(LAB_COMMAND_RESET);
	puts("Nothing was changed.");
	return LAB_FAILED;
}

static const struct command commands[] = {
	{ "help", "what this lab is about", run_help },
	{ "check", "how far you are", run_check },
	{ "time", "how long you may stay", run_time },
	{ "reset", "a fresh sandbox; -y does not ask", run_reset },
};

static int
usage(FILE *to, int status)
{
	fputs("usage: lab COMMAND\n", to);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(to, "  %-7s %s\n", commands[i].name, commands[i].does);
	return status;
}

/* Only reset takes a word, and only one. */
static bool
has_good_arguments(const struct command *c, int argc, char **argv)
{
	if (c->run != run_reset)
		return argc == 0;
	return argc == 0 || (argc == 1 && strcmp(argv[0], "-y") == 0);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr, LAB_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, LAB_DONE);
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, argv[1]) != 0)
			continue;
		if (!has_good_arguments(c, argc - 2, argv + 2))
			return usage(stderr, LAB_USAGE);
		return c->run(argc - 2, argv + 2);
	}
	return usage(stderr, LAB_USAGE);
}
