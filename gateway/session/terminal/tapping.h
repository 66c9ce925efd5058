/*
 * tapping.h - the taps of a connection's terminals: what the monitor is told of
 * each, and what it answers.
 */
#ifndef ATOLL_SESSION_TERMINAL_TAPPING_H
#define ATOLL_SESSION_TERMINAL_TAPPING_H

#include "gateway/wire/msg.h"

struct channel;
struct session;

/* A terminal runs on the channel.  Where the lab records, nothing is read from it
 * before the monitor has answered. */
void tapping_begin(struct channel *c);

/* TAP and TAP_REFUSED. */
void tapping_on_message(struct session *s, struct msg *m);

/* A monitor that does not answer is not waited for any longer. */
void tapping_check(struct session *s);

#endif
