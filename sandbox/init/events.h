/*
 * events.h - init's one loop: the lifeline, the sessions' links, SIGCHLD.
 */
#ifndef ATOLL_INIT_EVENTS_H
#define ATOLL_INIT_EVENTS_H

#include "gateway/base/err.h"

struct init;

/* Serve until the lifeline closes (0) or the loop itself fails (-1). */
int init_serve(struct init *in, struct err *e);

#endif
