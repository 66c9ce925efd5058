/* link.c - lab link: the lab's check pulls a machine's cable, or puts it back. */
#include <stdio.h>
#include <string.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"

static int
usage(void)
{
	fputs("usage: lab link MACHINE[:NETWORK] on|off\n", stderr);
	return LAB_USAGE;
}

int
run_link(int count, char **words)
{
	struct question q = { .command = LAB_COMMAND_LINK, .passed = -1 };
	char *network;

	if (count != 2 ||
	    (strcmp(words[1], "on") != 0 && strcmp(words[1], "off") != 0))
		return usage();
	network = strchr(words[0], ':');
	if (network != NULL)
		*network++ = '\0';
	if (words[0][0] == '\0' || (network != NULL && network[0] == '\0'))
		return usage();
	q.words[0] = words[0];
	q.words[1] = network;
	q.number = strcmp(words[1], "on") == 0;
	return ask_question(&q);
}
