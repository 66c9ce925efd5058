/*
 * assemble.h - a sandbox, from clone3 to the exec of its init.
 */
#ifndef ATOLL_BUILDER_ASSEMBLE_H
#define ATOLL_BUILDER_ASSEMBLE_H

#include "sandbox/builder/sandbox.h"
#include "sandbox/builder/site.h"

/* Start the child of s, which has no plan: it waits for one in namespaces and a
 * group of its own.  After -1 as below. */
int assemble_ahead(struct site *site, struct sandbox *s, struct err *e);

/*
 * Start s, or have its child that waits go on: after 0 its child is on its way and init will say READY on s->link.
 * After -1 s holds whatever there is by then; demolish() takes it from there.
 * Never waits for the child.
 */
int assemble(struct site *site, struct sandbox *s, struct err *e);

#endif
