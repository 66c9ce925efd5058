/*
 * watch.h - another's terminal, shown on one's own, and typed in.
 *							Process: atoll, staff.
 */
#ifndef ATOLL_ADMIN_WATCH_WATCH_H
#define ATOLL_ADMIN_WATCH_WATCH_H

#include "gateway/admin/command.h"

enum status watch_run(const struct invocation *in, struct err *e);
enum status watch_join(const struct invocation *in, struct err *e);

#endif
