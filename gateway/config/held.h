/*
 * held.h - what was opened while a configuration was checked.
 *							Process: monitor, loader.
 *
 * What was checked and what is used must be one thing: so it is opened once,
 * and held until the builder has it, as long as the configuration lives.
 */
#ifndef ATOLL_CONFIG_HELD_H
#define ATOLL_CONFIG_HELD_H

#include "gateway/base/arena.h"

/* All zero: nothing is held.  NULL in a lab: nothing was opened. */
struct held {
	int fd;
	struct held *next;
};

/* Keep a descriptor, which the list owns from now on. */
const struct held *held_add(struct held **all, struct arena *a, int fd);

/* The descriptor, or -1 for NULL. */
int held_fd(const struct held *h);

/* Close all of them. */
void held_close(struct held **all);

#endif
