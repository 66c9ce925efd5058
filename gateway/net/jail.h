/*
 * jail.h - what atoll-net gives up before it hears the builder.
 *							Process: net.
 */
#ifndef ATOLL_NET_JAIL_H
#define ATOLL_NET_JAIL_H

#include "gateway/base/confine.h"

/* The command line, which the builder writes: -u UID -g GID -e DIRECTORY. */
int jail_options(struct confinement *c, int argc, char **argv, struct err *e);

/* confine() but for CAP_NET_ADMIN, and a seccomp filter: no file, no socket but
 * those that are open and netlink's.  For good; after -1 the process must end. */
int jail_enter(const struct confinement *c, struct err *e);

#endif
