/*
 * wall.h - links to walls, and the walls that are shown.	Process: monitor.
 *
 * A wall shows the terminals of a lab in a browser.  Whoever may watch them all asks for a
 * link, which is good for a minute and once: what is kept of it is a hash.  When a browser
 * brings it, atoll-web gets a link of its own, as a command of staff's has one, with the
 * rights of whoever asked, of that lab, and for this alone.  What is shown goes from
 * atoll-recorder to atoll-web, and each student is told.
 */
#ifndef ATOLL_MONITOR_LINKS_WALL_H
#define ATOLL_MONITOR_LINKS_WALL_H

#include "gateway/monitor/links/client.h"

/* ADMIN_WALL: the link is the answer. */
void wall_link(struct client *c, struct msg *m);

/* WALL_ENTER of atoll-web: the answer, whose descriptor is the caller's to close.
 * Nothing of the link is left when that is WALL_ENTERED. */
void wall_enter(struct monitor *m, const struct msg_wall_enter *ask,
    struct msg *answer);

/* WALL_SHOW and WALL_SEATS_GET of a wall. */
void wall_show(struct client *c, struct msg *m);
void wall_seats(struct client *c, struct msg *m);

/* Each second, before watch_look(): terminals that are new, and who may no more. */
void wall_look(struct monitor *m);

void wall_free(struct monitor *m);

#endif
