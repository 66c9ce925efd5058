/*
 * child.h - a process that has the descriptors that it needs, and no others.
 *
 * A child with a stray copy of a link would keep that link open, and whoever
 * waits for its end would wait for ever: so a child has only what it is given.
 */
#ifndef ATOLL_BASE_CHILD_H
#define ATOLL_BASE_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#define CHILD_FD      3 /* where the first of them is */
#define CHILD_FDS_MAX 8

/* What the child does; its return value is the exit status.  It may exec: the
 * descriptors stay open. */
typedef int child_fn(const void *arg);

/*
 * Fork.  In the child fds[0] is descriptor CHILD_FD, fds[1] the next one and so
 * on, in whatever order they were before; a place whose descriptor is -1 stays
 * closed.  Standard input, output and error stay; all others are closed.  A
 * child that cannot get them exits with 126.  The descriptors stay the caller's,
 * too.  -1 with errno: there is no child.
 */
pid_t child_start(child_fn *fn, const void *arg, const int *fds, size_t n);

/* The same, and its parent is ours: CLONE_PARENT in clone(2), which also gives it
 * our exit signal.  Whoever it is that outlives us reaps it. */
pid_t child_start_beside(child_fn *fn, const void *arg, const int *fds,
    size_t n);

/* The rest of it, for a child of clone3(2)'s or of another child: it has those
 * descriptors, does that, and exits. */
_Noreturn void child_become(child_fn *fn, const void *arg, const int *fds,
    size_t n);

/* The descriptors alone.  -1 with errno. */
int child_keep(const int *fds, size_t n);

#define CHILD_SAME (-1) /* what it was */
#define CHILD_NULL (-2) /* /dev/null */

/* In the child: move descriptors to standard input, output and error.  Their
 * own places are closed then; one may be named twice.  -1 with errno. */
int child_stdio(int in, int out, int err);

#endif
