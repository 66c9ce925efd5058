/*
 * demolish.h - end a sandbox, whatever state it is in, without a trace.
 *
 * The same steps end a healthy sandbox, one whose init died, and one that was
 * never finished.  Nothing here waits.
 */
#ifndef ATOLL_BUILDER_DEMOLISH_H
#define ATOLL_BUILDER_DEMOLISH_H

#include "sandbox/builder/assemble.h"

/* Kill its init, and so everything inside.  Its pidfd will be readable when
 * all of that is dead.  Ending again does nothing. */
void demolish(struct site *site, struct sandbox *s);

/* Its init is dead: reap it and note what it used.  False: it is not. */
bool demolish_reap(struct site *site, struct sandbox *s);

/* Remove the cgroup and the writable layer, and give the ids back.  False: there
 * is still something of them, try again soon. */
bool demolish_sweep(struct site *site, struct sandbox *s);

#endif
