/*
 * link.h - a chan on the event loop.			Process: monitor.
 *
 * Nothing blocks: what the peer's socket does not take is queued up to a limit
 * in bytes, and reaching it closes the link.  Closing is never immediate: the
 * owner's on_closed runs once, from the loop, when libuv has let go of the
 * descriptor; the link is freed after it.
 *
 * Each message goes to its handler; a message without one ends the link.  The
 * answer to link_call() goes to its caller's function: on a link that requests
 * are sent on, the peer sends none with serials of its own.
 */
#ifndef ATOLL_MONITOR_LINKS_LINK_H
#define ATOLL_MONITOR_LINKS_LINK_H

#include <uv.h>

#include "gateway/wire/chan.h"

struct link;

/* One message; its descriptors are closed after the call unless they were taken. */
typedef void link_handler(void *self, struct msg *m);

/* Part of the answer, or NULL: the link was lost before its end.  True when it
 * was the last part. */
typedef bool link_reply(void *self, struct msg *m);

/* In a table of handlers: this comes as an answer to link_call() only, and ends
 * the link when it comes as anything else.  It is never called. */
void link_reply_only(void *self, struct msg *m);

/* What is the same for all links to one role. */
struct link_kind {
	enum role peer;
	size_t queue_max; /* bytes that may wait for the peer */
	/* By type, MSG_COUNT of them; NULL: the peer may not say that. */
	link_handler *const *handlers;
	/* Asked before each handler, where there is one: may this owner's peer
	 * say that now?  When it may not, the message is dropped. */
	bool (*may_say)(void *self, const struct msg *m);
	/* Where there is one: answer the request of that serial, which only
	 * newer builds know.  Without it such a request is ignored. */
	void (*on_unknown)(void *self, uint32_t serial);
	/* The link is gone; why is a text that lives for the call. */
	void (*on_closed)(void *self, const char *why);
};

#define LINK_QUEUE_SESSION (256 << 10) /* bytes for a peer we do not trust */
#define LINK_QUEUE_TRUSTED (64 << 20)

/* Takes fd over, also when it fails with NULL. */
struct link *link_open(uv_loop_t *loop, int fd, const struct link_kind *kind,
    void *self, struct err *e);

/* Send or queue; descriptors in m stay the caller's.  A failure closes the
 * link and is told by on_closed. */
void link_send(struct link *l, const struct msg *m);

/* The same for a message with descriptors whose loss need not be the link's
 * end: -1 with e filled when it had to be queued and there were none left for
 * its copies (EMFILE, ENFILE).  It is not sent then, and the link goes on. */
int link_pass(struct link *l, const struct msg *m, struct err *e);

/* Say HELLO; and check the peer's, -1: it is a build that we cannot talk to. */
void link_hello(struct link *l);
int link_check_hello(const struct link *l, const struct msg *m, struct err *e);

/* Send a request, whose serial is set here, and hear its answer: on_reply is
 * called with self from the loop, for each part and once more when the link is
 * lost.  Without memory the link is closed.  -1: as of link_pass(), and
 * nobody will be called. */
int link_call(struct link *l, struct msg *m, link_reply *on_reply, void *self,
    struct err *e);

/* The caller of link_call() is going: answers to self are dropped. */
void link_cancel(struct link *l, const void *self);

/* The peer has not read all that it was sent. */
bool link_is_behind(const struct link *l);

/* Nothing waits: no message for the peer, no answer to link_call(), no end. */
bool link_is_quiet(const struct link *l);

/* Read nothing until it is let go on; what the peer says waits in its socket. */
void link_hold(struct link *l);
void link_go_on(struct link *l);

/* Wait, for so many milliseconds at most, for this message, which is put into m
 * and not handed to its handler; what comes before it is.  -1: it did not come.  The
 * one thing here that blocks. */
int link_await(struct link *l, enum msg_type type, int ms, struct msg *m);

/* Read what the peer has said by now, from within another link's handler. */
void link_hear(struct link *l);

/* Its descriptor, which stays the link's. */
int link_fd(const struct link *l);

/* No more messages to the peer, who sees the end; its own still arrive. */
void link_shutdown(struct link *l);

/* Close it and do not call on_closed: the owner is going. */
void link_forget(struct link *l);

/* The peer's process is dead: take what it said before, then close. */
void link_finish(struct link *l, const char *why);

/* Close it; on_closed will say why.  Closing twice is harmless. */
void link_close(struct link *l, const char *why);

#endif
