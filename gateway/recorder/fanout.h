/*
 * fanout.h - one terminal, shown to any number of watchers.	Process: recorder.
 *
 * What the terminal prints is kept in a ring (terminal_ring.h).  A watcher gets a
 * picture first, and then, in a window of the terminal's size, what is printed;
 * in another window a new picture when something was.  Nobody waits for a watcher:
 * one whose socket takes no more gets nothing until it does, and then a picture.  So a
 * watcher costs its socket's buffer and no more, however slow it is.
 *
 * Pictures come from painter.h, one of a terminal at a time, and go to all watchers
 * whose windows are of one size.
 */
#ifndef ATOLL_RECORDER_FANOUT_H
#define ATOLL_RECORDER_FANOUT_H

#include "gateway/recorder/watched.h"

/* e->painter is started by the caller, before.  -1: no epoll. */
int fanouts_begin(struct fanouts *all, struct err *e);
void fanouts_end(struct fanouts *all);

/* A watcher's socket, or the painter's, is ready: poll all->epoll and
 * all->painter.fd. */
void fanouts_serve(struct fanouts *all);

/* After everything else of a turn: pictures that are due are begun, watchers that
 * are gone are freed.  Milliseconds until the next one is due, -1 for none. */
int fanouts_turn(struct fanouts *all);

/* One terminal of that size, as yet unwatched.  NULL without memory. */
struct fanout *fanout_new(struct fanouts *all, unsigned rows, unsigned cols,
    struct err *e);

/* Its watchers are hung up. */
void fanout_free(struct fanout *f);

/* What it printed, without waiting for anybody. */
void fanout_output(struct fanout *f, const uint8_t *bytes, size_t n);

/* Some of that is missing here. */
void fanout_lost(struct fanout *f);

void fanout_resize(struct fanout *f, unsigned rows, unsigned cols);

/* Its program has ended: watchers are told. */
void fanout_over(struct fanout *f, uint32_t status, uint32_t signal);

/* Show it to fd, which is taken, in a window of that size. */
int fanout_add(struct fanout *f, uint32_t number, int fd, unsigned rows,
    unsigned cols, struct err *e);

/* The same for one of a stage: it is shown all of the screen as a view, and crops that
 * by itself, so that one picture does for any number of them. */
int fanout_add_stage(struct fanout *f, uint32_t number, int fd, struct err *e);

/* Likewise for one of a wall, once a second at most, and less often where tiles are
 * many: what a wall costs has a bound. */
int fanout_add_tile(struct fanout *f, uint32_t number, int fd, struct err *e);

/* Likewise for one of a recording, see playing.h, and whenever it is asked for. */
int fanout_add_played(struct fanout *f, int fd, struct err *e);

/* That watcher, of whichever terminal, is shown nothing more. */
void fanouts_drop(struct fanouts *all, uint32_t number);

#endif
