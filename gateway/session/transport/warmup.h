/*
 * warmup.h - one handshake with ourselves for each cipher, before the jail.
 *
 * It proves that the host keys sign, makes libcrypto read its configuration
 * while there are files, and leaves what it looks up in pages that all
 * sessions then share instead of looking it up anew in each.
 */
#ifndef ATOLL_SESSION_TRANSPORT_WARMUP_H
#define ATOLL_SESSION_TRANSPORT_WARMUP_H

#include <libssh/server.h>

#include "gateway/base/err.h"

int warmup(ssh_bind offer, struct err *e);

#endif
