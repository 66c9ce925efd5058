/*
 * top.h - atoll top: the seats and what they take, live.
 *
 * Process: atoll, atoll-staff.
 */
#ifndef ATOLL_ADMIN_TOP_TOP_H
#define ATOLL_ADMIN_TOP_TOP_H

#include "gateway/admin/command.h"

/* On a terminal that can show it; else, and with --once, a list. */
enum status top_run(const struct invocation *in, struct err *e);

#endif
