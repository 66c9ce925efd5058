/*
 * signing.h - signatures of the host keys, and proofs of clients, from atoll-signer.
 *
 * The session has no secret.  libssh's calls for both pass through here (see the
 * Makefile), and wait for the signer's answer: the monitor hands over a link to it,
 * and another one when that signer is lost.  Not where libssh is a shared library.
 */
#ifndef ATOLL_SESSION_TRANSPORT_SIGNING_H
#define ATOLL_SESSION_TRANSPORT_SIGNING_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

struct session;

/* SIGNER_LINK of the monitor. */
void signing_on_link(struct session *s, struct msg *m);

/* That this host has the key of that number, as hostkeys-prove-00@openssh.com wants
 * it.  Returns how many bytes there are; 0: there is no signature. */
size_t signing_prove_host(struct session *s, uint32_t key,
    uint8_t mark[LINE_SIZE]);

#endif
