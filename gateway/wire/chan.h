/*
 * chan.h - one end of a link between two of atoll's processes.
 *
 * A link is a SOCK_SEQPACKET socketpair: the kernel keeps the boundaries of
 * messages.  Each end knows its own role and its peer's, and refuses what
 * messages.def does not let that peer say.  A link that said something
 * malformed is CHAN_BROKEN: whoever received it closes that link and goes on.
 */
#ifndef ATOLL_WIRE_CHAN_H
#define ATOLL_WIRE_CHAN_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

struct chan {
	int fd; /* owned by whoever holds the struct; -1 when closed */
	enum role self, peer;
};

enum chan_got {
	CHAN_MESSAGE,
	CHAN_EMPTY,   /* non-blocking and nothing there */
	CHAN_CLOSED,  /* the peer is gone */
	CHAN_UNKNOWN, /* what only a newer peer of a lasting link knows, to be
			 ignored; never on an internal link */
	CHAN_BROKEN,  /* malformed, forbidden, or a failed system call */
};

/* Two connected sockets, close-on-exec, blocking. */
int chan_pair(int ends[2], struct err *e);

/* The same for a link of a process that never waits: ours does not block, theirs
 * is for the process at the other end.  The caller owns both; on an error they are
 * as they were. */
int chan_link(int *ours, int *theirs, struct err *e);

/* Make the link's descriptor non-blocking. */
int chan_nonblock(int fd, struct err *e);

/*
 * Send m and the descriptors in it, which stay the caller's (msg_close() them
 * afterwards).  0, or -1: e->code is EAGAIN when a non-blocking link is full
 * and EPIPE when the peer is gone.  Blocks when the descriptor does; no signal
 * is raised.
 */
int chan_send(const struct chan *c, const struct msg *m, struct err *e);

/* chan_send() in two steps, for who must queue what a link does not take yet:
 * encode into b, which needs room for MSG_WIRE_MAX; then send its bytes and
 * count descriptors. */
int chan_pack(const struct chan *c, const struct msg *m, struct buf *b,
    struct err *e);
int chan_send_packed(int fd, const struct buf *b, const int fds[MSG_FDS_MAX],
    unsigned count, struct err *e);

/* Receive one message; with CHAN_MESSAGE its descriptors are the caller's.  Its
 * long texts (see msg.h) lie in one buffer of this process, until the next
 * chan_recv() on whatever link.  e is filled for CHAN_BROKEN and CHAN_UNKNOWN
 * only; with CHAN_UNKNOWN m has its serial and nothing else.  Not for two threads at
 * once, nor is chan_send(). */
enum chan_got chan_recv(const struct chan *c, struct msg *m, struct err *e);

/* For a loop that has one link: one message is received, given to its handler, which
 * returns 0 or -1 with e, and closed.  0: go on, also when nothing came, or what only a
 * newer peer knows.  1: the link is closed.  -1 with e: it is broken, or the handler
 * said so. */
typedef int chan_handler(void *self, struct msg *m, struct err *e);

int chan_hear(const struct chan *c, chan_handler *handle, void *self,
    struct err *e);

/* Send HELLO with the link's number, see lasting.h. */
int chan_hello(const struct chan *c, struct err *e);

/* Check the peer's HELLO: a program of a build that we cannot talk to is
 * refused. */
int chan_check_hello(const struct chan *c, const struct msg *m, struct err *e);

#endif
