/*
 * wall.h - the walls that are open, and what is on them.	Process: web.
 *
 * A wall is of one browser, and has a link to the monitor, on which it is a tool of the
 * account that asked for it: the monitor decides what it is shown.  On it are the lab's
 * terminals, each with a socket from atoll-recorder that brings views of its screen, and
 * its people.  While no page of it is open nothing is shown, and nobody is looked at.
 *
 * Nothing waits for a page: a slow one is sent what there is when it takes it, so what all
 * of this needs is bounded by what is on the walls.
 */
#ifndef ATOLL_WEB_WALL_H
#define ATOLL_WEB_WALL_H

#include "gateway/web/wall_state.h"

/* told is called with self and the number of an order when that is answered. */
int walls_begin(struct walls *all,
    void (*told)(void *self, uint32_t order, enum wall_answer how,
	const char *text),
    void *self, struct err *e);

/* A link from the monitor is a wall, and the cookie is its key.  NULL: fd is closed. */
struct wall *walls_add(struct walls *all, int fd,
    const struct msg_wall_entered *told, const char *origin,
    char cookie[COOKIE_SIZE]);

/* NULL: it opens none. */
struct wall *walls_find(const struct walls *all, const char *cookie);

/* The monitor is told; pages are when they ask next. */
void wall_end(struct wall *w, const char *why);

/* Ask the monitor for what a tool of staff may ask, with a number that is not 0; one at a
 * time. */
bool wall_has_order(const struct wall *w);
void wall_order(struct wall *w, uint32_t order, const struct msg *m);

void wall_page_opened(struct wall *w);
void wall_page_closed(struct wall *w);

/* all->epoll is readable. */
void walls_serve(struct walls *all);

/* After everything else of a turn: milliseconds until there is something to do, -1:
 * none. */
int walls_turn(struct walls *all);

#endif
