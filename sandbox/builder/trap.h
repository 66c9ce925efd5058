/*
 * trap.h - calls that only probes make: the builder is asked, says no, and tells.
 *
 * The listener of a sandbox's filter (trapped_calls.h, seccomp_unotify(2)) stays here.
 * Whoever has it may also let such a call happen, so the monitor, which faces
 * strangers, does not get it: it is told which calls there were.  Nothing but a
 * structure of the kernel's is read, and nothing of the caller's memory.
 *
 * A call waits for its answer.  So there is one from the moment on in which the filter
 * is there, for a setup as for a student, and while no monitor serves; but not more
 * often than TRAP_A_SECOND for a sandbox, and TRAPS_A_SECOND for all: who tries
 * faster waits, and nobody else.
 */
#ifndef ATOLL_BUILDER_TRAP_H
#define ATOLL_BUILDER_TRAP_H

#include "sandbox/builder/builder.h"

/* The child has sent its listener, or has none: take it, if it was not taken. */
void trap_hear(struct builder *b, struct sandbox *s);

/* React to calls; the sandbox may have ended. */
int trap_listen(struct builder *b, struct sandbox *s, struct err *e);
void trap_unlisten(struct builder *b, struct sandbox *s);

/* A call waits. */
void on_trap(struct builder *b, struct sandbox *s);

/* Those that were too fast may go on. */
void on_trap_timer(struct builder *b);

/* Now and then: tell the monitor of the calls since it was told last. */
void trap_tell(struct builder *b, struct sandbox *s);

/* What was called before is nobody's: the sandbox gets its owner now. */
void trap_forget(struct sandbox *s);

/* Close the listener: a call that waits answers ENOSYS. */
void trap_close(struct builder *b, struct sandbox *s);

#endif
