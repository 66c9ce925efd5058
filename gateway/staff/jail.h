/*
 * jail.h - what atoll-staff gives up before it reads anything.
 *							Process: staff.
 */
#ifndef ATOLL_STAFF_JAIL_H
#define ATOLL_STAFF_JAIL_H

#include "gateway/base/confine.h"

/* The command line, which the builder writes: -u UID -g GID -e DIRECTORY. */
int jail_options(struct confinement *c, int argc, char **argv, struct err *e);

/* confine(), and a seccomp filter: descriptors that it has or is given can be read
 * and written, and it can fork.  For good; after -1 the process must end. */
int jail_enter(const struct confinement *c, struct err *e);

#endif
