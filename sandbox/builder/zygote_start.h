/*
 * zygote_start.h - start the process from which session processes are forked.
 */
#ifndef ATOLL_BUILDER_ZYGOTE_START_H
#define ATOLL_BUILDER_ZYGOTE_START_H

#include "gateway/wire/msg.h"

/*
 * Execute atoll-session with the link as descriptor 3, as a child of our
 * parent: the monitor reaps it.  It starts as root, in our network namespace
 * (which is empty), and jails itself.  link stays the caller's.
 */
int zygote_start(const struct msg_site_plan *site, int link, struct err *e);

#endif
