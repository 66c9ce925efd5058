/*
 * jail.h - what atoll-publish gives up before it reads anything.  Process: publish.
 *
 * The root of the file system, Landlock, every call but those that move bytes between
 * sockets that it was given: it makes none, and has no file.
 */
#ifndef ATOLL_PUBLISH_JAIL_H
#define ATOLL_PUBLISH_JAIL_H

#include "gateway/base/confine.h"

int jail_options(struct confinement *c, int argc, char **argv, struct err *e);

/* For good; after -1 the process must end. */
int jail_enter(const struct confinement *c, struct err *e);

#endif
