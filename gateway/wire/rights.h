/*
 * rights.h - bytes and descriptors over a Unix socket (SCM_RIGHTS, unix(7)).
 *
 * The one place that fills and reads control messages.
 */
#ifndef ATOLL_WIRE_RIGHTS_H
#define ATOLL_WIRE_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define RIGHTS_MAX 64 /* descriptors of one message; the kernel has 253 */

/* What one message brought; the descriptors are the caller's, close-on-exec. */
struct rights {
	int fd[RIGHTS_MAX];
	unsigned count;
	bool whole; /* neither bytes nor descriptors were cut off */
};

/* Send size bytes (at least one) and count descriptors, which stay the
 * caller's.  0, or -1 with errno of sendmsg(2), E2BIG for more than RIGHTS_MAX.
 * Blocks when the socket does; raises no signal. */
int rights_send(int sock, const void *bytes, size_t size, const int *fds,
    unsigned count);

/* The same to a socket that somebody else may have set to block, or filled: EAGAIN. */
int rights_offer(int sock, const void *bytes, size_t size, const int *fds,
    unsigned count);

/* Receive one message and at most that many descriptors: the kernel closes the
 * rest, and whole is false.  The number of bytes, or -1 with errno of
 * recvmsg(2); then r has none. */
ssize_t rights_recv(int sock, void *bytes, size_t size, unsigned most,
    struct rights *r);

void rights_close(struct rights *r);

#endif
