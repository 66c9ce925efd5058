/*
 * forked.h - what a process that was forked from the builder does first.
 *
 * It begins as a copy of the builder, with its links and the lock on the run
 * directory.  As long as anybody has a copy of the link, the monitor
 * does not see its end; as long as anybody has the lock, the next atolld waits.
 * A child that itself waits for a builder that was killed would do so for good.
 */
#ifndef ATOLL_BUILDER_FORKED_H
#define ATOLL_BUILDER_FORKED_H

#include <stddef.h>
#include <sys/types.h>

#include "gateway/base/err.h"

/* Descriptors that the builder is started with, see main.c. */
#define MONITOR_FD    3
#define LOCK_FD	      4
#define SUPERVISOR_FD 5

/* In the child: die with the builder (PR_SET_PDEATHSIG in prctl(2)), whose
 * process id is given, and give up what only the builder may hold.  Does not
 * return when the builder is dead already.  A later change of ids takes the
 * death signal back: whoever changes them must not wait for the builder after
 * that without noticing its end in another way. */
void forked_begin(pid_t builder);

/* The first half of that, for a child that has only the descriptors that it
 * needs (child.h). */
void forked_dies_with(pid_t builder);

/* Close all but standard input, output and error and the count of keep, which are
 * sorted for that.  -1 among them is none. */
int forked_keep(int *keep, size_t count, struct err *e);

#endif
