/*
 * picture.h - the bytes that paint a terminal's screen when it is attached again.
 *
 * A terminal has the last one that was made, of which the next one is made: so
 * while its program draws it gets a new one now and then, see terminal_due.h, and
 * nobody waits for that.
 */
#ifndef ATOLL_INIT_PICTURE_H
#define ATOLL_INIT_PICTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "sandbox/init/terminals.h"

/*
 * Paint it for a window of that size, 0 when it is not known: t->picture is its
 * newest then.  Waits for the process that does it: milliseconds, SNAPSHOT_MS at
 * most, after which there is the last screenful.  -1 without memory.
 */
int picture_make(struct terminal *t, unsigned rows, unsigned cols,
    struct err *e);

/* Start to make it anew.  When one is being made, the next follows it.  When it
 * cannot be made, the old one stays. */
void picture_renew(struct terminal *t);

/* That process was reaped: true when it made a picture. */
bool pictures_reaped(struct terminals *all, pid_t pid, int status);

/* Milliseconds until one of their processes is late, for poll(2); -1: none is
 * there. */
int pictures_timeout(const struct terminals *all);

/* After a poll: end those that are late, and start those that are due. */
void pictures_serve(struct terminals *all);

#endif
