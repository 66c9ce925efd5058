/*
 * serve.h - the loop of atoll-signer.			Process: signer.
 */
#ifndef ATOLL_SIGNER_SERVE_H
#define ATOLL_SIGNER_SERVE_H

#include "gateway/signer/signer.h"

/* Until the link to the monitor closes.  -1: it cannot begin, or the monitor is of
 * a build that we cannot talk to. */
int signer_serve(struct signer *s, struct err *e);

#endif
