/*
 * relief.h - ends sandboxes that fill memory which no control group counts, and
 * names them in the log.
 */
#ifndef ATOLL_BUILDER_RELIEF_H
#define ATOLL_BUILDER_RELIEF_H

#include "sandbox/builder/builder.h"

/* In its turn, see pressure.h: what does it hold, and may it? */
void relief_look(struct builder *b, struct sandbox *s);

/* After all whose turn it was: if the host itself is short of memory, end the
 * sandbox that is to blame. */
void relief_of_host(struct builder *b);

#endif
