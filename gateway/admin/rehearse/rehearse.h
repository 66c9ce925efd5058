/*
 * rehearse.h - atoll rehearse: a class of throw-away students for a while.
 *
 * Process: atoll.
 */
#ifndef ATOLL_ADMIN_REHEARSE_REHEARSE_H
#define ATOLL_ADMIN_REHEARSE_REHEARSE_H

#include "gateway/admin/command.h"

enum status rehearse_run(const struct invocation *in, struct err *e);

#endif
