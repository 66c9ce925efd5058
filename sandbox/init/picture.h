/*
 * picture.h - the bytes that paint a terminal's screen when it is attached again.
 */
#ifndef ATOLL_INIT_PICTURE_H
#define ATOLL_INIT_PICTURE_H

#include "gateway/base/err.h"
#include "sandbox/init/terminals.h"

/*
 * Paint it for a window of that size, 0 when it is not known: t->picture is its
 * newest then.  Waits for the process that does it: milliseconds, SNAPSHOT_MS at
 * most, after which there is the last screenful.  -1 without memory.
 */
int picture_make(struct terminal *t, unsigned rows, unsigned cols,
    struct err *e);

#endif
