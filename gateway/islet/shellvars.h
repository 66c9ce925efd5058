/*
 * shellvars.h - the variables that a shell script would set, without a shell.
 *
 * Process: atoll.  What is read may come from anywhere and is never executed:
 * assignments are understood, with their quotes and with variables that the
 * text itself has set before; everything else is told and skipped.
 */
#ifndef ATOLL_ISLET_SHELLVARS_H
#define ATOLL_ISLET_SHELLVARS_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/err.h"

struct shellvar {
	char *name, *value; /* owned */
	const char *file;   /* where it was set last, as told */
	int line;
	bool is_exported;
};

struct shellvars {
	struct shellvar *at; /* in the order of their first line; owned */
	size_t count;

	const char *file; /* that is read next; not owned */

	/* Told what is not understood; text holds whatever the file held. */
	void (*note)(void *arg, int line, const char *text);
	void *arg;
};

/* Add what text sets.  -1: it is no such text, such as one with a quotation
 * that does not end. */
int shellvars_read(struct shellvars *v, const char *text, struct err *e);

/* The value of a variable, NULL when it is not set. */
const char *shellvars_get(const struct shellvars *v, const char *name);

void shellvars_free(struct shellvars *v);

#endif
