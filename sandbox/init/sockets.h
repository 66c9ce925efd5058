/*
 * sockets.h - sockets in the sandbox's network, to be handed out.
 *
 * Nothing here waits.
 */
#ifndef ATOLL_INIT_SOCKETS_H
#define ATOLL_INIT_SOCKETS_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/* The answer to DIAL, with the socket and without the serial.  -1: e->text is a reason that a student
 * understands. */
int forward_dial(const struct msg_init_plan *plan, const struct msg_dial *ask,
    struct msg *answer, struct err *e);

/* The answer to LISTEN, likewise. */
int forward_listen(const struct msg_init_plan *plan,
    const struct msg_listen *ask, struct msg *answer, struct err *e);

#endif
