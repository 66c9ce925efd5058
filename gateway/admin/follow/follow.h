/*
 * follow.h - atoll log: what the log has of one student.
 *
 * Process: atoll.  It asks no gateway, and reads what this user may read.
 */
#ifndef ATOLL_ADMIN_FOLLOW_FOLLOW_H
#define ATOLL_ADMIN_FOLLOW_FOLLOW_H

#include "gateway/admin/command.h"

enum status follow_run(const struct invocation *in, struct err *e);

#endif
