/*
 * act.h - what the keys of atoll top ask for, of one seat.
 *
 * Process: atoll, atoll-staff.  Pure.
 */
#ifndef ATOLL_ADMIN_TOP_ACT_H
#define ATOLL_ADMIN_TOP_ACT_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/* Whom it is about: kept by name, since rows move under the hand. */
struct top_target {
	char account[NAME_SIZE], lab[NAME_SIZE];
};

/* The request; -1 when the text is not what it should be. */
int act_say(struct msg *m, const struct top_target *t, const char *text,
    struct err *e);
int act_extend(struct msg *m, const struct top_target *t, const char *text,
    struct err *e);
void act_kill(struct msg *m, const struct top_target *t);
void act_freeze(struct msg *m, const struct top_target *t);
void act_thaw(struct msg *m, const struct top_target *t);

#endif
