/*
 * zygote_link.h - who forks the session processes.		Process: monitor.
 *
 * One zygote is current and forks a session for each connection.  After some
 * time or number of connections, or when host keys may have changed, a new one
 * takes over and the old one lives until its last session ends.
 */
#ifndef ATOLL_MONITOR_LINKS_ZYGOTE_LINK_H
#define ATOLL_MONITOR_LINKS_ZYGOTE_LINK_H

#include "gateway/monitor/monitor.h"

int zygote_init(struct monitor *m, struct err *e);

/* Ask for a new one; the current one serves until it is there. */
void zygote_renew(struct monitor *m);

/* The signers that zygote_renew() had started are ready; or cannot be. */
void zygote_signers_ready(struct monitor *m);
void zygote_signers_failed(struct monitor *m);

/* Is one to come with newer host keys than those that are shown? */
bool zygote_is_renewing(const struct monitor *m);

bool zygote_is_ready(const struct monitor *m);

/* More forks were asked of the current one than its socket holds. */
bool zygote_is_busy(const struct monitor *m);

/* Hand over a client's socket and the session's end of its link; both stay
 * the caller's. */
void zygote_fork(struct monitor *m, struct conn *c, int client,
    int session_end);

/* The connection is over: its process ends soon, whatever it wants. */
void zygote_end(const struct conn *c);

/* Once a second: age, and a replacement for one that died. */
void zygote_tick(struct monitor *m);

/* Let all go; the processes end with their last session. */
void zygote_close(struct monitor *m);

/* Those that are ready, a row for each that says its number; and one of the build
 * before, with its link. */
void zygotes_save(const struct monitor *m,
    void (*put)(void *self, const struct msg *row), void *self);
int zygote_restore(struct monitor *m, const struct msg_state_zygote *row,
    int link, struct err *e);

/* What a connection's row says of its zygote, 0 for none; and the other way. */
uint32_t zygote_number(const struct zygote *z);
struct zygote *zygote_find(const struct monitor *m, uint32_t number);

/* No link to one has anything under way. */
bool zygotes_are_quiet(const struct monitor *m);

void zygote_free(struct monitor *m);

/* What a zygote says, and its end: for route/. */
void zygote_hello(void *self, struct msg *msg);
void zygote_session_ended(void *self, struct msg *msg);
void zygote_fork_failed(void *self, struct msg *msg);
void zygote_closed(void *self, const char *why);

#endif
