/*
 * relief.h - who fills memory that no control group counts is ended, and named
 * in the log.
 */
#ifndef ATOLL_BUILDER_RELIEF_H
#define ATOLL_BUILDER_RELIEF_H

#include "sandbox/builder/builder.h"

/* In its turn, see pressure.h: what does it hold, and may it? */
void relief_look(struct builder *b, struct sandbox *s);

/* After all who were due: if the host itself is short of memory, end who is to
 * blame. */
void relief_of_host(struct builder *b);

#endif
