/*
 * pressure.h - memory of the kernel that no control group counts.
 */
#ifndef ATOLL_BUILDER_CGROUP_PRESSURE_H
#define ATOLL_BUILDER_CGROUP_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox/builder/cgroup/culprit.h"

/* Bytes that queues of sockets hold in the network of process pid, of those
 * kinds that are nobody's memory: netlink, and datagrams that are not sent
 * yet.  0: none, or it is gone. */
uint64_t pressure_sockets(pid_t pid);

/* The same sum of text as /proc/net/netlink and /proc/net/udp have it. */
uint64_t pressure_netlink(const char *text);
uint64_t pressure_datagrams(const char *text);

/* Has the network whose /proc/net/protocols this is a socket of that protocol?  What
 * the text does not say may be. */
bool pressure_may_have(const char *text, const char *protocol);

/* How much of it a sandbox with that much memory may have; bytes. */
uint64_t pressure_allowed(uint64_t memory);

/*
 * A look at one sandbox's queues takes up to a millisecond where it has sockets of
 * those kinds, however few, and one at its locks 0.3 ms: with hundreds of sandboxes
 * the builder would do little else.  So each turn looks at a few of them, and at all
 * when the host's own numbers say that memory went somewhere since it last did.
 * Locks are looked at then, and every few turns of a sandbox that runs.
 */
struct pressure_turn {
	struct host_memory host;
	uint64_t kernel, available; /* KiB, at the last look at all */
	uint64_t locks;	 /* KiB of the kernel, at the last at locks */
	unsigned number; /* of turns so far */
	bool is_all;
	bool is_kernel; /* the kernel has more: locks are looked at, too */
};

/* Begin a turn, of as many sandboxes as there are. */
void pressure_begin(struct pressure_turn *t);

/* It is not over, and the host may have come to be short of memory since. */
void pressure_go_on(struct pressure_turn *t);

/* Begin a turn, with these numbers of the host. */
void pressure_next(struct pressure_turn *t, const struct host_memory *h);

/* Is it the turn of the sandbox at this place among so many, be it that of all or
 * not? */
bool pressure_is_turn(const struct pressure_turn *t, size_t place,
    size_t count);

#endif
