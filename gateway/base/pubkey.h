/*
 * pubkey.h - public keys as text: "ssh-ed25519 AAAA... comment".
 *						Process: monitor, loader.
 *
 * The signature is libssh's to verify, in the session; here keys are only
 * told apart.
 */
#ifndef ATOLL_BASE_PUBKEY_H
#define ATOLL_BASE_PUBKEY_H

#include <stdbool.h>

#include "gateway/base/err.h"

/* -1 when the line is not a key of a type that sessions accept. */
int key_check(const char *line, struct err *e);

/* Same type and same blob; comments do not count. */
bool key_is_same(const char *a, const char *b);

#endif
