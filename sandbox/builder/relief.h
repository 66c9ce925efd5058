/*
 * relief.h - ends sandboxes that fill memory which no control group counts, and
 * names them in the log.
 */
#ifndef ATOLL_BUILDER_RELIEF_H
#define ATOLL_BUILDER_RELIEF_H

#include "sandbox/builder/builder.h"

/*
 * What does it hold, and may it?  It is this sandbox's turn, see pressure.h, or
 * that of all: then one whose processes have not run since the last look holds
 * what it held, and is let be.  What grows without them, such as a queue into which
 * the kernel puts what it tells, waits for that sandbox's own turn, or for the host
 * to be short of memory.
 */
void relief_mark(struct builder *b, struct sandbox *s, bool is_turn);

/*
 * Look at those that are marked.  A few hundred take longer than whoever waits for
 * a sandbox, or for a key's echo, should: so for a millisecond only, and true when
 * some are left for the next call.  Where the host is short of memory it is all of them.
 *
 * After the last one, if the host itself is short of memory, the sandbox that is to
 * blame is ended.
 */
bool relief_go_on(struct builder *b);

#endif
