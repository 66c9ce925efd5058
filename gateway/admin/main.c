/*
 * main.c - atoll, the administrator's tool: one command, one answer.
 *
 * But for check-host and lab check, which need no gateway, it is a client of
 * the monitor's admin socket and has no privileges of its own: the monitor
 * checks whether this user may ask.  Answers may hold bytes that students
 * chose: what is shown is escaped.
 */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/admin/invocation.h"
#include "gateway/admin/output.h"
#include "gateway/base/utf8.h"

int
main(int argc, char **argv)
{
	char safe[2 * ERR_TEXT_SIZE];
	struct invocation in;
	struct err e = { 0 };
	enum status status;

	output_begin();
	atexit(output_at_exit);
	invocation_parse(&in, argc, argv);
	status = in.command->run(&in, &e);
	if (e.text[0] != '\0') {
		utf8_printable(safe, sizeof(safe), e.text);
		fprintf(stderr, "atoll: %s\n", safe);
	}
	return status; /* the output is checked at the exit */
}
