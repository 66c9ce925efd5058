/*
 * lasting.h - the links that outlive a build, and their numbers.
 *
 * Five links last: that of an init (with builder, monitor and sessions), that of
 * a zygote or session with the monitor, that of atoll-signer with monitor and
 * sessions, that of atoll-keys with the monitor, and that of atolld, the
 * supervisor, with monitor and builder.
 * So does what a process leaves to the build of itself that takes over, see
 * state_file.h.  Each has a number, which is said in HELLO (and READY) and raised
 * by hand when its rows of messages.def grow; atoll-keys and atolld say none.  Every
 * other link is internal: there HELLO says PROTOCOL, and that must be the same.  On
 * one of them, that of the administrator's tool, ADMIN_UPGRADE and its answers last all
 * the same.
 */
#ifndef ATOLL_WIRE_LASTING_H
#define ATOLL_WIRE_LASTING_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

#define LASTING_INIT	       5
#define LASTING_INIT_OLDEST    1 /* of a peer that is still understood */
#define LASTING_SESSION	       7
#define LASTING_SESSION_OLDEST 1
#define LASTING_KEYS	       1
#define LASTING_SIGNER	       1
#define LASTING_SUPERVISOR     1
#define LASTING_STATE	       7
#define LASTING_STATE_OLDEST   1 /* that can still read what we write */

/* True for a link between these two that lasts. */
bool link_lasts(enum role self, enum role peer);

/* What HELLO says on a link between these two. */
uint64_t link_number(enum role self, enum role peer);

/* What a peer's HELLO said.  -1: it is a build that we cannot talk to.  A number
 * higher than ours is well: what it adds is left out or ignored here. */
int link_check_number(enum role self, enum role peer, uint64_t number,
    struct err *e);

#endif
