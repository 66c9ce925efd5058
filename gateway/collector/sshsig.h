/*
 * sshsig.h - a signature as ssh-keygen -Y makes and verifies them: PROTOCOL.sshsig of
 * OpenSSH.						Process: collector.
 */
#ifndef ATOLL_COLLECTOR_SSHSIG_H
#define ATOLL_COLLECTOR_SSHSIG_H

#include <openssl/evp.h>
#include <stddef.h>

#include "gateway/base/err.h"

/* What such a signature is for: the same key signs nothing else, and a signature
 * that is shown as one for another purpose is refused. */
#define SSHSIG_NAMESPACE "atoll-receipt"

#define SSHSIG_SIZE 1024

/* The public half as SSH writes it, RFC 8709, 4: "ssh-ed25519" and 32 bytes. */
#define SSHSIG_KEY_SIZE 51

/* -1: libcrypto failed. */
int sshsig_public_key(EVP_PKEY *ed25519, uint8_t key[SSHSIG_KEY_SIZE],
    struct err *e);

/* Sign n bytes; text becomes the armoured signature. */
int sshsig_sign(EVP_PKEY *ed25519, const char *bytes, size_t n,
    char text[SSHSIG_SIZE], struct err *e);

#endif
