/*
 * capture_process.h - the process that reads frames and writes them as pcap.
 *
 * A fork of init and no program of its own: a process is fair game for a debugger of
 * its user's from its exec until it says otherwise, and this one has a packet socket.
 * What it was forked from says otherwise already.  It becomes a user that nothing else
 * is, without capabilities; it parses nothing, and waits only in poll(2), so that a
 * reader that has stopped stops nobody.
 *
 * What waits for the reader is in a buffer of its own, which the sandbox's memory
 * counts, and then in the socket, which is bounded.  What has no room there is lost and
 * counted by the kernel.
 */
#ifndef ATOLL_INIT_CAPTURE_PROCESS_H
#define ATOLL_INIT_CAPTURE_PROCESS_H

#include "gateway/base/child.h"

/* Its descriptors: the packet socket, and the stream that it writes to.  When whoever
 * is at that stream's other end will send no more (shutdown(2)), it writes what it has
 * heard by then, and ends; it ends at once when nobody is there. */
enum { CAPTURE_SOCKET = CHILD_FD, CAPTURE_OUT, CAPTURE_END };

/* All that it does; a child_fn. */
int capture_process(const void *unused);

#endif
