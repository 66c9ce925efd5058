/*
 * replay.h - a recording that is played on a wall.		Process: web.
 *
 * atoll-recorder plays it, and is asked for one moment after the other: the page has the
 * clock.  Of a wall there is one at most; the next takes its place.
 */
#ifndef ATOLL_WEB_REPLAY_H
#define ATOLL_WEB_REPLAY_H

#include "gateway/web/wall_state.h"

void replay_init(struct wall *w);

/* WALL_REPLAYING.  Nothing is played while nobody looks. */
void replay_open(struct wall *w, struct msg *m);

/* There is one, or was, that this order has opened; it was asked for a moment that has not
 * come yet. */
bool replay_is_of(const struct wall *w, uint32_t order);
bool replay_is_asked(const struct wall *w);

/* That moment; walls->told hears it as it does an order's end, with this number. */
void replay_ask(struct wall *w, uint32_t number, uint64_t ms);

/* Its socket is readable. */
void replay_read(struct replay *r);

/* There is none any more, and who waits is told why. */
void replay_end(struct wall *w, const char *why);

#endif
