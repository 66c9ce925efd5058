/* run.c - one command line of atoll's, for whoever may give it. */
#include "gateway/admin/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/admin/invocation.h"
#include "gateway/admin/output.h"
#include "gateway/base/utf8.h"

int
command_run(const struct commander *who, int argc, char **argv)
{
	char safe[2 * ERR_TEXT_SIZE];
	struct invocation in;
	struct err e = { 0 };
	enum status status;

	output_begin();
	atexit(output_at_exit);
	invocation_parse(&in, who, argc, argv);
	status = in.command->run(&in, &e);
	if (e.text[0] != '\0') {
		utf8_printable(safe, sizeof(safe), e.text);
		fprintf(stderr, "atoll: %s\n", safe);
	}
	return status; /* the output is checked at the exit */
}
