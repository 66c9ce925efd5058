/*
 * supervise.h - the life of a gateway as its first process sees it.
 *							Process: supervisor.
 *
 * It starts the monitor, which opens all that needs root, starts the builder as a
 * child of ours (CLONE_PARENT), and then gives root up.  Before it does, it has
 * copies of the listening sockets and of our link to the builder kept here.
 *
 *   opening   the first monitor does that; its end is the end of all
 *   watching  a monitor that ends without having said that it stops has crashed:
 *	       another is started, with what is kept.  Sandboxes live on
 *   ending    nothing is replaced: the monitor stops, then the builder demolishes
 *	       what is left, since our link to it is closed
 *
 * Our death ends all, too: monitor and builder each notice that their link with us
 * is closed.  The builder's death ends all, since it has the sandboxes' mounts.
 *
 * What is trusted: the builder, and the first monitor while it is root.  From its
 * KEEP_END on a monitor may be in anybody's hands: two words are heard of it, that
 * it serves and that it stops, and no descriptor is taken.
 */
#ifndef ATOLL_SUPERVISOR_SUPERVISE_H
#define ATOLL_SUPERVISOR_SUPERVISE_H

#include "gateway/base/err.h"

/* Run a gateway with this configuration to its end, as root; the exit status.
 * SIGTERM and SIGINT end it, SIGHUP is for the monitor.  -1: it could not even
 * begin. */
int supervise(const char *config, struct err *e);

#endif
