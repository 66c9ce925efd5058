/*
 * snapshot_tail.h - the last of a terminal's text, when there is no snapshot.
 */
#ifndef ATOLL_SCREEN_SNAPSHOT_TAIL_H
#define ATOLL_SCREEN_SNAPSHOT_TAIL_H

#include "gateway/screen/snapshot.h"

/* The modes and the last screenful, without a process: as much text as the ring
 * has, where it then stands.  Needs 200 KiB for the time of the call.  made->file
 * is the caller's then.  -1 without memory. */
int snapshot_tail(const struct snapshot_order *order, struct snapshot *made,
    struct err *e);

#endif
