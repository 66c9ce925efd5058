/*
 * others.h - the other connections of this account in the same sandbox: one of
 * them may be dead, and have the terminal that the student wants back.
 */
#ifndef ATOLL_SESSION_OTHERS_H
#define ATOLL_SESSION_OTHERS_H

#include <stdbool.h>

#include "gateway/wire/msg.h"

struct channel;
struct session;

/* The channel's shell is to wait until the others were looked for: true, and it
 * is in CHANNEL_PROBING.  False: it may start. */
bool others_hold(struct channel *c);

/* SEAT_READY said how many there are. */
void others_on_ready(struct session *s, const struct msg_seat_ready *m);

/* PROBED: who waits may start. */
void others_on_probed(struct session *s, const struct msg *m);

/* The monitor has not answered in time, or the seat is lost: nobody waits any
 * longer. */
void others_check(struct session *s);

/* Until others_check(): milliseconds for poll(2), -1 for ever. */
int others_timeout(const struct session *s);

#endif
