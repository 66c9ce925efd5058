/*
 * main.c - atoll-islet: a lab file from configurations of ISLET.
 *
 * "atoll lab from-islet" starts it; see atoll-islet(7).
 */
#include <stdio.h>

#include "gateway/base/escape.h"
#include "gateway/islet/islet.h"

int
main(int argc, char **argv)
{
	char safe[ERR_TEXT_SIZE];
	struct err e = { 0 };

	if (argc < 2) {
		fputs("usage: atoll-islet FILE...\n", stderr);
		return 2;
	}
	if (islet_convert(argv + 1, argc - 1, stdout, stderr, &e) == 0 &&
	    (fflush(stdout) == 0 || err_set(&e, 0, "cannot write") == 0))
		return 0;
	text_escape(safe, sizeof(safe), e.text);
	fprintf(stderr, "atoll: %s\n", safe);
	return 1;
}
