/*
 * signer.h - what atoll-signer knows: its keys, and sessions.
 *							Process: signer.
 *
 * A session speaks with a stranger and may have been taken over.  So it may have one
 * exchange hash signed, which is the session's identifier from then on; others only
 * when the monitor said that its login was allowed.  What a client proves is told to
 * the monitor on a link that no session has.
 */
#ifndef ATOLL_SIGNER_SIGNER_H
#define ATOLL_SIGNER_SIGNER_H

#include <sys/queue.h>

#include "gateway/base/bucket.h"
#include "gateway/signer/private_key.h"
#include "gateway/wire/chan.h"

#define ID_MAX 64

/* One connection's session. */
struct client {
	LIST_ENTRY(client) all;
	struct chan link;
	uint32_t connection;
	uint8_t id[ID_MAX]; /* of the session: the first hash that was signed */
	size_t id_length;   /* 0: none was */
	bool is_logged_in;
	bool is_over;		/* to be freed at the end of the turn */
	unsigned proofs;	/* that it has had verified */
	unsigned unknown;	/* messages */
	unsigned host_proofs;	/* signatures of SIGN_PROOF */
	struct bucket renewals; /* key exchanges after the login */
};

struct signer {
	struct chan monitor;
	int epoll;
	unsigned count;
	struct private_key keys[HOST_KEYS_MAX];
	LIST_HEAD(, client) clients;
};

/* Before the jail: takes over the link to the monitor. */
int signer_open(struct signer *s, int monitor, struct err *e);

/* Waits until the monitor's link takes it.  -1: the monitor is gone. */
int signer_tell(const struct signer *s, const struct msg *m, struct err *e);

#endif
