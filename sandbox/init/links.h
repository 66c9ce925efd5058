/*
 * links.h - the links to the sessions that have a connection here.
 *
 * A link is its place in context.h's arrays, and is free when its descriptor
 * is -1.
 */
#ifndef ATOLL_INIT_LINKS_H
#define ATOLL_INIT_LINKS_H

#include "sandbox/init/context.h"

/* Take fd over, unless there is no room: then it stays the caller's. */
void links_add(struct init *in, int *fd);

bool links_are_any(const struct init *in);

/* Close it.  A link's processes lose their terminals, see children_hangup(), but
 * for those that are kept.  Ending it twice is harmless. */
void links_end(struct init *in, int at);

/* Its descriptors stay the caller's.  A session that does not read its link loses
 * it.  Nothing is sent on one that has ended. */
void links_send(struct init *in, int at, const struct msg *m);

#endif
