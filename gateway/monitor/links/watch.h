/*
 * watch.h - who watches which terminal, or has joined it.	Process: monitor.
 *
 * Staff of the lab may, and the administrator, as today's configuration has it: who may no
 * more is shown no more.  Here sockets are introduced and people told; what the
 * terminal shows goes from its session to atoll-recorder and from there to the tool, and
 * keys from the tool to the session.
 */
#ifndef ATOLL_MONITOR_LINKS_WATCH_H
#define ATOLL_MONITOR_LINKS_WATCH_H

#include "gateway/monitor/links/client.h"

struct terminal;

/* ADMIN_WATCH: WATCHING follows, or ADMIN_END and why not. */
void watch_begin(struct client *c, struct msg *m);

/* ADMIN_WATCH_STOP: whoever watches does not any more, and asks something else. */
void watch_stop(struct client *c, struct msg *m);

/* The tool is gone. */
void watch_client_gone(struct client *c);

/* Something about terminals and their taps has changed; and each second: whoever
 * may not any more, or has nothing to see any more, is told and ended. */
void watch_look(struct monitor *m);

/* It may be that nobody sees that terminal any longer: then it is not copied. */
void watch_release(struct terminal *t);

/* That terminal is going; or only its connection. */
void watch_terminal_gone(struct terminal *t, bool has_ended);

/* Tiles of a wall, which its client has many of: is there that one; there is to be, which
 * watch_look() begins; and none any more. */
unsigned watch_tiles(const struct monitor *m); /* of all walls */
bool watch_has_tile(const struct client *c, uint32_t sandbox,
    uint32_t terminal);
void watch_add_tile(struct client *c, const struct seat *s, uint32_t terminal);
void watch_end_tiles(struct client *c);

/* For an upgrade, which waits for nobody who watches. */
void watch_end_all(struct monitor *m, const char *why);

#endif
