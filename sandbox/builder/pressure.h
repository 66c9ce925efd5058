/*
 * pressure.h - memory of the kernel that no control group counts.
 */
#ifndef ATOLL_BUILDER_PRESSURE_H
#define ATOLL_BUILDER_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/shared/msg.h"

/* Bytes that queues of sockets hold in the network of process pid, of those
 * kinds that are nobody's memory: netlink, and datagrams that are not sent
 * yet.  0: none, or it is gone. */
uint64_t pressure_sockets(pid_t pid);

/* The same sum of text as /proc/net/netlink and /proc/net/udp have it. */
uint64_t pressure_netlink(const char *text);
uint64_t pressure_datagrams(const char *text);

/* How much of it a sandbox with that much memory may have; bytes. */
uint64_t pressure_allowed(uint64_t memory);

/* Is the host about to run out of memory, and is it the kernel that took it?
 * Writes the numbers for the log. */
bool pressure_on_host(char *text, size_t size);

#endif
