/* save.h - all that the builder knows, as rows of a file. */
#ifndef ATOLL_BUILDER_UPGRADE_SAVE_H
#define ATOLL_BUILDER_UPGRADE_SAVE_H

#include "sandbox/builder/builder.h"

/* Why nothing can be handed over at this moment; NULL: it can. */
const char *save_obstacle(struct builder *b);

/* A file with it, whose descriptors all survive an exec from now on; -1. */
int save_state(struct builder *b, struct err *e);

#endif
