/*
 * startup.h - from the first message to READY.
 */
#ifndef ATOLL_INIT_STARTUP_H
#define ATOLL_INIT_STARTUP_H

#include "gateway/base/err.h"

struct init;

/* The context, with the link to the builder on fd.  Lives as long as the
 * process.  NULL with e filled. */
struct init *init_new(int fd, struct err *e);

/* Wait for INIT_PLAN, the first message on the link. */
int init_plan_receive(struct init *in, struct err *e);

/* Do what needs no account. */
void init_prepare(const struct init *in);

/* Where the owner is not known yet: say READY, and wait for INIT_OWNER. */
int init_await_owner(struct init *in, struct err *e);

/* Run the lab's setup, if there is one.  -1: it failed, the builder was told
 * and has closed the link. */
int init_setup(struct init *in, struct err *e);

/* Say READY, unless that was said for good.  From here on the link's peer is the
 * monitor. */
int init_ready(struct init *in, struct err *e);

#endif
