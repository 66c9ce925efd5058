/*
 * jail.h - what atoll-browser gives up before it reads anything.	Process: browser.
 */
#ifndef ATOLL_BROWSER_JAIL_H
#define ATOLL_BROWSER_JAIL_H

#include "gateway/base/confine.h"
#include "gateway/base/filter.h"

/* Two filters, built while that can be done. */
struct jail {
	struct filter server, terminal;
};

/* The command line, which the builder writes: -u UID -g GID -e DIRECTORY. */
int jail_options(struct confinement *c, int argc, char **argv, struct err *e);

int jail_prepare(struct jail *j, struct err *e);

/* confine(), no file and no new connection where the kernel has Landlock, and the
 * server's filter; then, in a fork, that of a terminal, which makes no process.  For good;
 * after -1 the process must end. */
int jail_enter(const struct jail *j, const struct confinement *c,
    struct err *e);
int jail_tighten(const struct jail *j, struct err *e);

#endif
