/*
 * host_load.h - what of the host is in use, and what the builder takes of it.
 */
#ifndef ATOLL_BUILDER_HOST_LOAD_H
#define ATOLL_BUILDER_HOST_LOAD_H

#include "gateway/wire/msg.h"

/* All but the serial.  What cannot be read is 0. */
void host_load(struct msg_usage_end *to);

#endif
