/*
 * tiles.h - the terminals that are on a wall.		Process: web.
 */
#ifndef ATOLL_WEB_TILES_H
#define ATOLL_WEB_TILES_H

#include "gateway/web/wall_state.h"

/* WALL_TILE; and that of a number, NULL: there is none. */
void tiles_add(struct wall *w, struct msg *m);
struct tile *tiles_find(const struct wall *w, uint32_t number);

/* Its socket is readable. */
void tile_read(struct tile *t);

/* It is over; and those that are, or all, are freed, which no event may name then. */
void tile_end(struct tile *t);
void tiles_sweep(struct wall *w, bool is_all);

#endif
