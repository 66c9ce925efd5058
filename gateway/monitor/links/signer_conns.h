/*
 * signer_conns.h - which connection asks which signer, and what its client proved.
 *							Process: monitor.
 *
 * Each connection is given a link from its session to one of the signers; what is
 * said there the monitor does not see.  What a client has proved comes on the
 * signer's own link: no session can say it.
 *
 * A connection stays with the set of host keys that its client was shown, so that
 * it may exchange keys anew after the host keys have changed.
 */
#ifndef ATOLL_MONITOR_LINKS_SIGNER_CONNS_H
#define ATOLL_MONITOR_LINKS_SIGNER_CONNS_H

#include "gateway/monitor/monitor.h"

/* Whom a client has proved to be, until a login uses it. */
struct key_proof {
	char user[TEXT_SIZE];
	char key[];
};

/* The client of this connection is shown that set: link its session to a signer,
 * now or when there is one.  0: there are no signers. */
void signers_introduce(struct conn *c, uint32_t set);

/* Those that have waited for a signer of that set have one now. */
void signer_introduce_waiting(struct monitor *m, uint32_t set);

/* That signer is gone. */
void signer_lose_conns(struct signer *s);

/* Does it serve, or has it connections still? */
bool signer_is_needed(const struct signer *s);

/* Its login is about to be allowed. */
void signers_logged_in(struct conn *c);

/* Has its client proved to have this key, as this user?  Each proof is used once.
 * Reads the signer's link, and so ends the life of another message's texts. */
bool signers_have_proof(struct conn *c, const char *account, const char *lab,
    const char *key);

/* For an upgrade: what signer_proved() had noted. */
void signers_restore_proof(struct conn *c, const char *user, const char *key);

/* The connection is going. */
void signers_forget(struct conn *c);

/* What a signer says of a connection. */
void signer_proved(void *self, struct msg *m);
void signer_blame(void *self, struct msg *m);

#endif
