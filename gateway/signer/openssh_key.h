/*
 * openssh_key.h - the file that ssh-keygen(1) writes.	Process: signer.
 *
 * libcrypto does not know that format; OpenSSH's PROTOCOL.key describes it.
 */
#ifndef ATOLL_SIGNER_OPENSSH_KEY_H
#define ATOLL_SIGNER_OPENSSH_KEY_H

#include <openssl/evp.h>
#include <stdbool.h>

bool openssh_key_is(const char *text);

/* The private key in it, owned by the caller.  NULL: it has a passphrase, or is
 * not one key of a kind that we know.  text is changed. */
EVP_PKEY *openssh_key_read(char *text);

#endif
