/* reset.c - lab reset: a fresh sandbox, or a fresh machine of it. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"

/* Only a person at a terminal can be asked. */
static bool
is_sure(const char *machine)
{
	char answer[16];

	if (machine == NULL)
		printf("This sandbox and what is in it is thrown away, but for"
		       " a home that the lab keeps.\nEach of your sessions in"
		       " it ends.");
	else
		printf("Machine %s and what is on it is thrown away, and made"
		       " anew.",
		    machine);
	printf("  Type yes to go on: ");
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) != NULL &&
	       strcmp(answer, "yes\n") == 0;
}

static int
usage(void)
{
	fputs("usage: lab reset [-y] [MACHINE]\n", stderr);
	return LAB_USAGE;
}

int
run_reset(int count, char **words)
{
	struct question q = { .command = LAB_COMMAND_RESET, .passed = -1 };
	bool asks = true;

	for (int i = 0; i < count; i++) {
		if (strcmp(words[i], "-y") == 0)
			asks = false;
		else if (words[i][0] == '-' || q.words[0] != NULL)
			return usage();
		else
			q.words[0] = words[i];
	}
	if (asks && !isatty(STDIN_FILENO)) {
		fputs("lab: there is no terminal to ask at: 'lab reset -y' does"
		      " not ask\n",
		    stderr);
		return LAB_USAGE;
	}
	if (!asks || is_sure(q.words[0]))
		return ask_question(&q);
	puts("Nothing was changed.");
	return LAB_FAILED;
}
