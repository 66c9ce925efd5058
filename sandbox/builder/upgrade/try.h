/*
 * try.h - do the installed programs start?
 *
 * An upgrade that brings a program which does not is to be refused while there is
 * still one that does.  The atoll-session that is installed gets ready with the
 * host keys, as it will; what a sandbox gets is asked for its version; and the
 * loader checks the configuration.  That takes some tenths of a second, in a process
 * of its own: nobody waits for it.
 */
#ifndef ATOLL_BUILDER_UPGRADE_TRY_H
#define ATOLL_BUILDER_UPGRADE_TRY_H

#include "sandbox/builder/builder.h"

/* Begin it, for the request with that serial: SOURCE_TRY tells its end.  There is
 * a table.  -1: it cannot be begun, or is under way. */
int try_begin(struct builder *b, uint32_t serial, struct err *e);

/* The process has said what it found: why not, in e, whose text is empty where all
 * start.  False: there is none. */
bool try_is_over(struct builder *b, struct err *e);

/* Whoever asked is gone, and is not answered; who asks next may begin another. */
void try_abandon(struct builder *b);

#endif
