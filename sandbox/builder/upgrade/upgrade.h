/*
 * upgrade.h - the builder that is installed now takes over.
 *
 * It is an exec in place: sandboxes are children of this process, its namespaces
 * hold their mounts, and its descriptors are all there is of some of them.  What
 * it knows goes along in a file (state_file.h).  What is under way does not: the
 * monitor asks for nothing more, and what is left comes to its end first.
 */
#ifndef ATOLL_BUILDER_UPGRADE_UPGRADE_H
#define ATOLL_BUILDER_UPGRADE_UPGRADE_H

#include "sandbox/builder/builder.h"

/* React to UPGRADE_TRY, and tell what try.h found when that is over. */
void upgrade_begin_trying(struct builder *b, uint32_t serial);
void upgrade_tried(struct builder *b);

/* React to UPGRADE_PREPARE: have the installed builder read our state, in a process
 * of its own.  Waits for it, seconds at most. */
void upgrade_prepare(struct builder *b, uint32_t serial);

/* React to UPGRADE: from now on upgrade_try() may do it. */
void upgrade_begin(struct builder *b);

/* Exec, when that was asked for and nothing is under way.  Returns when not. */
void upgrade_try(struct builder *b);

/* In the program that takes over, or tries to: take what the file says.  b is as
 * builder_open() left it.  -1: it cannot be; b holds some of it, and the process
 * is to end without letting that go. */
int upgrade_restore(struct builder *b, int state, struct err *e);

#endif
