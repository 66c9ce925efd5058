/*
 * checkhost.h - what can this host hold, and what does it lack?
 *
 * Process: atoll, as root.  Needs no running gateway: the rows come from
 * atoll-builder, which atoll-loader -H becomes.
 */
#ifndef ATOLL_ADMIN_CHECKHOST_H
#define ATOLL_ADMIN_CHECKHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

struct host_report {
	struct msg_host_row *rows; /* owned */
	size_t count;
	struct msg_host_end end;
};

/* Run the check with that configuration.  Whatever it returns,
 * host_report_free() what is in r. */
int host_report_get(struct host_report *r, const char *config, struct err *e);
void host_report_free(struct host_report *r);

/* Is there an error among the rows? */
bool host_report_is_good(const struct host_report *r);

/* For people: a table, what to do about it, and how much there is room for. */
void host_report_print(FILE *out, const struct host_report *r);

/* For scripts. */
void host_report_json(FILE *out, const struct host_report *r);

#endif
