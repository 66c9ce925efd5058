/*
 * jail.h - what atoll-signer gives up before it looks at a key.
 *							Process: signer.
 */
#ifndef ATOLL_SIGNER_JAIL_H
#define ATOLL_SIGNER_JAIL_H

#include "gateway/base/confine.h"

/* For good: files, rights, and all system calls but those that move bytes. */
int jail_enter(struct confinement *c, struct err *e);

#endif
