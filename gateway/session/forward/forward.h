/*
 * forward.h - what a client asks to have forwarded, into its own sandbox.
 *
 * Every socket here is opened by init in the sandbox's network and passed out:
 * nothing reaches the host's, or could.  The lab says what is allowed.
 *
 * libssh wants most answers from inside its callback, so those wait for the
 * monitor and for init, each for a moment at most.
 */
#ifndef ATOLL_SESSION_FORWARD_FORWARD_H
#define ATOLL_SESSION_FORWARD_FORWARD_H

#include <libssh/libssh.h>
#include <stdbool.h>

#include "gateway/wire/msg.h"

struct session;

/* A message that libssh hands on; false when it is to be refused or is not
 * about forwarding. */
bool forward_on_message(struct session *s, ssh_message m);

/* DIALLED, LISTENING or FORWARD_FAILED. */
void forward_on_init(struct session *s, struct msg *m);

#endif
