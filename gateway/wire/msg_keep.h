/*
 * msg_keep.h - a message that outlives the buffer that it was decoded from.
 */
#ifndef ATOLL_WIRE_MSG_KEEP_H
#define ATOLL_WIRE_MSG_KEEP_H

#include "gateway/wire/msg.h"

/*
 * Copy all that m's fields of the types path, line, command and strings point to into
 * one block, and point them there.  The block is the caller's to free(), after the
 * last use of m or of a copy of its body.  NULL: there is no memory, and m is as
 * it was.
 */
void *msg_keep(struct msg *m);

#endif
