/*
 * restrain.h - a sandbox that is slowed, or frozen, because it looked hostile.
 */
#ifndef ATOLL_BUILDER_RESTRAIN_H
#define ATOLL_BUILDER_RESTRAIN_H

#include "sandbox/builder/assemble.h"

/* From any restraint to any other.  -1: it is as it was, or, where that could not be
 * had again, e says so. */
int restrain(struct site *site, struct sandbox *s, enum restraint next,
    struct err *e);

/* It was killed: what is frozen would not notice. */
void restrain_let_die(struct site *site, struct sandbox *s);

#endif
