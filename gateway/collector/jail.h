/*
 * jail.h - what atoll-collector gives up before it reads anything.
 *							Process: collector.
 */
#ifndef ATOLL_COLLECTOR_JAIL_H
#define ATOLL_COLLECTOR_JAIL_H

#include "gateway/base/confine.h"

/* The command line, which the builder writes: -u UID -g GID -e DIRECTORY. */
int jail_options(struct confinement *c, int argc, char **argv, struct err *e);

/* confine(), the directory of that descriptor as all that there is of files where
 * the kernel has Landlock, and a seccomp filter.  For good; after -1 the process
 * must end. */
int jail_enter(const struct confinement *c, int collected, struct err *e);

#endif
