/*
 * keeper.h - a new process for one that was lost.	Process: atoll-keys.
 *
 * The keeper is what is left of root in atoll-keys: atolld itself can start
 * nothing as another user once it serves.  It reads nothing from anybody: all
 * that it hears of the monitor is that its link is closed.
 */
#ifndef ATOLL_KEYS_KEEPER_H
#define ATOLL_KEYS_KEEPER_H

#include "gateway/base/child.h"

/* The exit status of a process for which the keeper is to become another program
 * first, see program.h. */
#define KEEPER_RENEW 3

/*
 * Until the other end of link is closed: have a process that does fn(arg) as the
 * first of a pid namespace of its own, with a copy of link as its descriptor
 * CHILD_FD.  One that ends with KEEPER_RENEW is started anew at once, after renew().
 * Any other is logged and started anew after a pause, which doubles from a second to
 * a minute for those that do not live for long.  Waits for the last one, and returns
 * the exit status.
 */
int keeper_run(child_fn *fn, const void *arg, int link,
    void (*renew)(const void *arg));

#endif
