/*
 * publish.h - atoll-publish, and what seats publish.		Process: monitor.
 *
 * A browser asks atoll-publish for a host name, which asks here; we decide, and have the
 * seat's init connect to the port inside its sandbox.  What init gives us is passed on: no
 * byte of the connection comes here, and atoll-publish has no link to any sandbox.
 *
 * Who may see is decided for each request, by today's configuration.  A browser shows
 * who it is by a cookie, which it got for a link that was good once, see publish_link.c.
 */
#ifndef ATOLL_MONITOR_LINKS_PUBLISH_H
#define ATOLL_MONITOR_LINKS_PUBLISH_H

#include "gateway/monitor/links/client.h"

/* --- the process and its sockets, as of web.h (publish.c) ------------------- */

int publish_open(struct monitor *m, struct err *e);
size_t publish_count(const struct monitor *m);
int publish_fd(const struct monitor *m, size_t i);
int publish_take(struct monitor *m, int fd, struct err *e);
void publish_tick(struct monitor *m);
void publish_hello(struct monitor *m, struct msg *msg);
void publish_closed(struct monitor *m, const char *why);
void publish_close(struct monitor *m);
void publish_free(struct monitor *m);

/* --- a browser wants something (publish_dial.c) ------------------------------ */

void publish_asked(struct monitor *m, struct msg *msg);

/* PUBLISH_DIALLED or PUBLISH_FAILED of a seat's init; does anybody wait for it? */
void publish_dialled(struct seat *s, struct msg *msg);
bool publish_expects(const struct seat *s, const struct msg *msg);

/* Its sandbox has ended. */
void publish_seat_over(const struct seat *s);

/* --- links and cookies (publish_link.c) -------------------------------------- */

/* lab publish, and ADMIN_PUBLISHED: the links are the answer. */
void publish_asked_by_student(struct seat *s, uint32_t serial);
void publish_links(struct client *c, struct msg *msg);

/* A browser has brought the token of one. */
void publish_enter(struct monitor *m, struct msg *msg);

#endif
