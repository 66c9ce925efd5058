/*
 * service.h - what a machine runs with nobody logged in.
 */
#ifndef ATOLL_INIT_SERVICE_H
#define ATOLL_INIT_SERVICE_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/* Start it, as root of the machine, when there is one; -1: it could not be executed,
 * and e->text says why.  It is not started again when it ends. */
int service_start(const struct msg_init_plan *plan, struct err *e);

#endif
