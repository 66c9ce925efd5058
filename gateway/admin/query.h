/*
 * query.h - a command that is one request to the monitor: the message that it
 * sends, and how the answer is shown.
 *
 * Process: atoll, atoll-staff.
 */
#ifndef ATOLL_ADMIN_QUERY_H
#define ATOLL_ADMIN_QUERY_H

#include <stdio.h>

#include "gateway/admin/command.h"
#include "gateway/admin/exchange.h"

struct query {
	/* Write the request; -1 when the argument, NULL where there is none, is
	 * not what it should be.  NULL for a command with a run of its own. */
	int (*request)(struct msg *m, const char *argument, struct err *e);

	/* Show an answer that ended well, to people and to scripts; as CSV where
	 * rows of numbers are of use in a spreadsheet. */
	void (*show)(FILE *out, struct answer *a);
	void (*show_json)(FILE *out, struct answer *a);
	void (*show_csv)(FILE *out, struct answer *a);
};

/* A command's run: its query with its first word. */
enum status query_run(const struct invocation *in, struct err *e);

/* For a run that writes the request itself. */
enum status query_send(const struct invocation *in, const struct msg *request,
    struct err *e);

/* Show an answer as its command's query has it, or why it was refused. */
void query_show(const struct invocation *in, struct answer *a);

/* Answers that are lines, if anything. */
void query_show_lines(FILE *out, struct answer *a);
void query_show_outcome_json(FILE *out, struct answer *a);

#endif
