/*
 * jail.h - what atoll-names gives up before it hears anybody.
 *							Process: names.
 */
#ifndef ATOLL_NAMES_JAIL_H
#define ATOLL_NAMES_JAIL_H

#include "gateway/base/confine.h"

/* The command line, which the builder writes: -u UID -g GID -e DIRECTORY. */
int jail_options(struct confinement *c, int argc, char **argv, struct err *e);

/* confine(), Landlock without any place, and a seccomp filter: no socket but those that
 * are open and of IPv4.  For good; after -1 the process must end. */
int jail_enter(const struct confinement *c, struct err *e);

#endif
