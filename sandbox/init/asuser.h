/*
 * asuser.h - for a moment init has the user's rights and no more.
 */
#ifndef ATOLL_INIT_ASUSER_H
#define ATOLL_INIT_ASUSER_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/* Between the two: the user's ids and groups, and no capability.  The real and
 * the saved ids stay root's, so that nobody may signal or trace init. */
int as_user_begin(const struct msg_init_plan *plan, struct err *e);

/* Back; does not return when that fails, which ends the sandbox. */
void as_user_end(void);

#endif
