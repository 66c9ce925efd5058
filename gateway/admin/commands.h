/*
 * commands.h - what an administrator may ask for.
 *
 * Process: atoll.  A command is a constant: its name, its argument, the
 * message that it sends and how its answer is shown.
 */
#ifndef ATOLL_ADMIN_COMMANDS_H
#define ATOLL_ADMIN_COMMANDS_H

#include <stdbool.h>
#include <stdio.h>

#include "gateway/admin/exchange.h"
#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

struct command {
	const char *name;
	const char *argument; /* what the usage calls it; NULL for none */
	const char *does;

	/* It is this program's own to do, and needs no gateway: the rest is
	 * NULL then. */
	bool is_local;

	/* Write the request; -1 when the argument is not what it should be. */
	int (*request)(struct msg *m, const char *argument, struct err *e);

	/* Show an answer that ended well, to people and to scripts. */
	void (*show)(FILE *out, struct answer *a);
	void (*show_json)(FILE *out, struct answer *a);
	/* NULL for most: rows of numbers only are of use in a spreadsheet. */
	void (*show_csv)(FILE *out, struct answer *a);
};

enum form { FORM_TEXT, FORM_JSON, FORM_CSV, FORMS };

/* NULL when there is none of that name. */
const struct command *command_find(const char *name);

/* One line for each command. */
void commands_usage(FILE *out);

/*
 * Show the answer, done or refused; FORM_CSV where there is show_csv.  What was
 * refused goes to stderr for
 * people; for scripts it is an object on stdout, whatever the command.
 */
void command_show(const struct command *c, struct answer *a, enum form form);

#endif
