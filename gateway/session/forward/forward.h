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
#include <stdint.h>

#include "gateway/wire/msg.h"

struct session;
struct channel;

/* The question to init that a callback waits for. */
struct question {
	uint32_t serial; /* 0: none */
	bool is_answered;
	int fd; /* owned; -1: init refused */
	uint32_t port;
	char reason[TEXT_SIZE]; /* why it did */
};

/* A message of libssh's; false when it is to be refused or is none of ours. */
bool forward_on_message(struct session *s, ssh_message m);

/* DIALLED, LISTENING or FORWARD_FAILED. */
void forward_on_init(struct session *s, struct msg *m);

/* The client would lend its agent: have init open the socket for it, if there
 * is none yet.  False when the lab does not allow it. */
bool forward_offer_agent(struct session *s);

/* A channel with that socket on our side; NULL when there are too many. */
struct channel *forward_channel(struct session *s, enum forwarding kind,
    int *fd);

#endif
