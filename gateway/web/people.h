/*
 * people.h - who has a seat in the lab of a wall.		Process: web.
 */
#ifndef ATOLL_WEB_PEOPLE_H
#define ATOLL_WEB_PEOPLE_H

#include "gateway/web/wall_state.h"

/* WALL_SEAT; and the end of these rows: who was not named has left.  hidden is of
 * WALL_SEATS_END. */
void people_take(struct wall *w, const struct msg_wall_seat *told);
void people_end(struct wall *w, unsigned hidden);

void people_free(struct wall *w);

#endif
