/*
 * labsandbox.h - a sandbox of a lab's, for a trial, and what is run in it.
 *
 * Process: atoll, as root.  To the builder and to the sandbox's init it is the
 * monitor, and a student's session.
 */
#ifndef ATOLL_ADMIN_LAB_LABSANDBOX_H
#define ATOLL_ADMIN_LAB_LABSANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/wire/chan.h"

#define LABSANDBOX_OUTPUT 65536

struct lab_score {
	uint32_t points, most;
	uint32_t left_out; /* of the words in its secret and foreign lines */
};

struct lab_sandbox {
	struct chan builder;
	uint32_t number;    /* of the sandbox; the last that was given */
	int lifeline, link; /* to its init: the monitor's and a session's */
	bool has_ended;	    /* the builder has said so */
	bool is_checked;    /* init has told a result: this one */
	struct lab_score score;
	uint32_t serial;
	struct msg m;
	/* Of the last command; what did not fit is not there. */
	char output[LABSANDBOX_OUTPUT];
};

/* A command of the student's. */
struct trial_command {
	const char *line;
	const char *input; /* for its standard input, so many bytes */
	size_t size;
	unsigned seconds; /* it may take so long; 0: for ever */
};

/* A message from the builder, or from init. */
int labsandbox_receive(struct lab_sandbox *s, const struct chan *c,
    struct err *e);

/* Build a sandbox of that lab, and come in as its student. */
int labsandbox_start(struct lab_sandbox *s, const char *lab, struct err *e);
void labsandbox_end(struct lab_sandbox *s);

/* Run it to its end: what it prints is in s, its status, or 128 and the signal's
 * number, in *status.  -1 with ETIMEDOUT in e->code: it was not over. */
int labsandbox_run(struct lab_sandbox *s, const struct trial_command *command,
    uint32_t *status, struct err *e);

/* Have the lab's check run, as the student does.  Its text is in s. */
int labsandbox_check(struct lab_sandbox *s, struct lab_score *score,
    struct err *e);

#endif
