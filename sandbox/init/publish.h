/*
 * publish.h - connections to what the student publishes.	Process: init.
 */
#ifndef ATOLL_INIT_PUBLISH_H
#define ATOLL_INIT_PUBLISH_H

#include "sandbox/init/context.h"

/* PUBLISH_DIAL of the monitor, which is answered. */
void publish_dial(struct init *in, uint32_t serial, uint32_t port);

#endif
