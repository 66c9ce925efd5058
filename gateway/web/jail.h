/*
 * jail.h - what atoll-web gives up before it reads anything.	Process: web.
 */
#ifndef ATOLL_WEB_JAIL_H
#define ATOLL_WEB_JAIL_H

#include "gateway/base/confine.h"

/* The command line, which the builder writes: -u UID -g GID -e DIRECTORY. */
int jail_options(struct confinement *c, int argc, char **argv, struct err *e);

/* confine(), no file at all and no new connection where the kernel has Landlock, and
 * a seccomp filter.  For good; after -1 the process must end. */
int jail_enter(const struct confinement *c, struct err *e);

#endif
