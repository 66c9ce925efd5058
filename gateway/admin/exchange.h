/*
 * exchange.h - one request to the monitor, and its whole answer.
 *
 * Process: atoll.  The answer is collected before any of it is shown: a table
 * needs its widths first, and half a JSON array helps nobody.
 */
#ifndef ATOLL_ADMIN_EXCHANGE_H
#define ATOLL_ADMIN_EXCHANGE_H

#include <stddef.h>

#include "gateway/base/err.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/msg.h"

struct answer {
	struct msg_status status;
	struct msg_totals totals;
	struct msg_seat *seats; /* owned, as are the lines */
	size_t seat_count;
	struct msg_seat_terminal *terminals;
	size_t terminal_count;
	struct msg_hand_up *hands;
	size_t hand_count;
	struct msg_kept *homes;
	size_t home_count;
	struct msg_recorded *recordings;
	size_t recording_count;
	struct msg_gathered *gathered;
	size_t gathered_count;
	struct msg_result *results; /* and their texts */
	size_t result_count;
	struct msg_result_step *steps;
	size_t step_count;
	struct msg_stuck *stuck;
	size_t stuck_count;
	struct msg_report_lab report_lab;
	struct msg_report_row *report_rows;
	size_t report_row_count;
	char (*lines)[TEXT_SIZE];
	size_t line_count;
	struct msg_admin_end end;
};

/* Connect to the monitor's socket and exchange HELLO.  The error says what to
 * do about it. */
int ask_open(struct chan *c, const char *path, struct err *e);

/* The same on a link that is open already. */
int ask_on(struct chan *c, int fd, struct err *e);

/* As ask_open() with a monitor of whichever build: only what lasts (lasting.h) is
 * understood by it, and from it. */
int ask_open_any(struct chan *c, const char *path, struct err *e);

/* The next message, for which this waits; -1 when none comes in time. */
int ask_next(const struct chan *c, struct msg *m, struct err *e);

/* Send the request and collect the answer, up to its ADMIN_END.  Whatever it
 * returns, answer_free() what is in a. */
int ask(const struct chan *c, const struct msg *request, struct answer *a,
    struct err *e);

void answer_free(struct answer *a);

#endif
