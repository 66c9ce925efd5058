/*
 * publish.h - connections to what the student publishes.	Process: init.
 */
#ifndef ATOLL_INIT_PUBLISH_H
#define ATOLL_INIT_PUBLISH_H

#include "sandbox/init/context.h"

/* PUBLISH_DIAL of the monitor, which is answered: when that machine has answered. */
void publish_dial(struct init *in, const struct msg *asked);

/* React to what another machine's init says to DIAL; self is the struct init. */
void publish_dialled(void *self, struct msg *m);

#endif
