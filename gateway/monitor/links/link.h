/*
 * link.h - a chan on the event loop.			Process: monitor.
 *
 * Nothing blocks: what the peer's socket does not take is queued up to a limit
 * in bytes, and reaching it closes the link.  Closing is never immediate: the
 * owner's on_closed runs once, from the loop, when libuv has let go of the
 * descriptor; the link is freed after it.
 */
#ifndef ATOLL_MONITOR_LINKS_LINK_H
#define ATOLL_MONITOR_LINKS_LINK_H

#include <uv.h>

#include "gateway/wire/chan.h"

struct link;

struct link_owner {
	void *self;
	/* One message; its descriptors are closed after the call unless they
	 * were taken. */
	void (*on_message)(void *self, struct msg *m);
	/* The link is gone; why is a text that lives for the call. */
	void (*on_closed)(void *self, const char *why);
};

#define LINK_QUEUE_SESSION (256 << 10) /* bytes for a peer we do not trust */
#define LINK_QUEUE_TRUSTED (64 << 20)

/* Takes fd over, also when it fails with NULL. */
struct link *link_open(uv_loop_t *loop, int fd, enum role peer,
    size_t queue_max, const struct link_owner *owner, struct err *e);

/* Send or queue; descriptors in m stay the caller's.  A failure closes the
 * link and is told by on_closed. */
void link_send(struct link *l, const struct msg *m);

/* Say HELLO; and check the peer's, -1: it is a build that we cannot talk to. */
void link_hello(struct link *l);
int link_check_hello(const struct link *l, const struct msg *m, struct err *e);

/* The peer has not read all that it was sent. */
bool link_is_behind(const struct link *l);

/* No more messages to the peer, who sees the end; its own still arrive. */
void link_shutdown(struct link *l);

/* Close it without a word to the owner, who is going. */
void link_forget(struct link *l);

/* The peer's process is dead: take what it said before, then close. */
void link_finish(struct link *l, const char *why);

/* Close it; on_closed will say why.  Closing twice is harmless. */
void link_close(struct link *l, const char *why);

#endif
