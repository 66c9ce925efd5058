/*
 * pressure.c - memory of the kernel that no control group counts.
 *
 * A netlink socket has a queue of some 200 KiB that is not charged to whoever
 * made it, and a datagram that is held back with MSG_MORE is not either.
 * There is no limit of the kernel's for how many a sandbox has beyond its open
 * files, so the builder looks, and ends a sandbox that has too much before the
 * host has too little.
 */
#include "sandbox/builder/cgroup/pressure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/procfile.h"

#define MEMINFO	    "/proc/meminfo"
#define EACH_TURN   8		  /* sandboxes */
#define GROWN_KIB   (64 << 10)	  /* of the whole host */
#define LEAST	    (16ULL << 20) /* what every sandbox may have */
#define SHARE	    4		  /* and a part of its memory */
#define HOST_PART   16		  /* of the host that must be available */
#define KERNEL_PART 4		  /* of the host that the kernel may have */

static const char *
next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end == NULL || end[1] == '\0' ? NULL : end + 1;
}

uint64_t
pressure_netlink(const char *text)
{
	uint64_t sum = 0, received, sent;

	/* sk Eth Pid Groups Rmem Wmem ...; the first line is their names. */
	while ((text = next_line(text)) != NULL) {
		if (sscanf(text, "%*s %*s %*s %*s %" SCNu64 " %" SCNu64,
			&received, &sent) == 2)
			sum += received + sent;
	}
	return sum;
}

uint64_t
pressure_datagrams(const char *text)
{
	uint64_t sum = 0, sent;

	/* sl local_address rem_address st tx_queue:rx_queue ... */
	while ((text = next_line(text)) != NULL) {
		if (sscanf(text, "%*s %*s %*s %*s %" SCNx64 ":", &sent) == 1)
			sum += sent;
	}
	return sum;
}

static uint64_t
held(pid_t pid, const char *file, uint64_t (*count)(const char *text))
{
	FREES char *text = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)pid, file);
	text = procfile_whole(path);
	return text == NULL ? 0 : count(text);
}

uint64_t
pressure_sockets(pid_t pid)
{
	return held(pid, "netlink", pressure_netlink) +
	       held(pid, "udp", pressure_datagrams) +
	       held(pid, "udp6", pressure_datagrams);
}

uint64_t
pressure_allowed(uint64_t memory)
{
	return memory / SHARE > LEAST ? memory / SHARE : LEAST;
}

bool
pressure_has_grown(struct pressure_turn *t, uint64_t kernel, uint64_t available)
{
	bool has_grown = t->number == 0 || kernel > t->kernel + GROWN_KIB ||
			 available + GROWN_KIB < t->available;

	/* What has come back is the new beginning as well. */
	if (has_grown || kernel < t->kernel)
		t->kernel = kernel;
	if (has_grown || available > t->available)
		t->available = available;
	return has_grown;
}

void
pressure_begin(struct pressure_turn *t)
{
	uint64_t kernel = 0, available = 0;

	procfile_value(MEMINFO, "SUnreclaim:", &kernel);
	procfile_value(MEMINFO, "MemAvailable:", &available);
	t->is_all = pressure_has_grown(t, kernel, available);
	t->number++;
}

bool
pressure_is_due(const struct pressure_turn *t, size_t place, size_t count)
{
	size_t turns = (count + EACH_TURN - 1) / EACH_TURN;

	return t->is_all || place % turns == t->number % turns;
}

bool
pressure_on_host(char *text, size_t size)
{
	uint64_t total, available, kernel;

	if (!procfile_value(MEMINFO, "MemTotal:", &total) ||
	    !procfile_value(MEMINFO, "MemAvailable:", &available) ||
	    !procfile_value(MEMINFO, "SUnreclaim:", &kernel))
		return false;
	snprintf(text, size,
	    "available=%" PRIu64 "M kernel=%" PRIu64 "M total=%" PRIu64 "M",
	    available >> 10, kernel >> 10, total >> 10);
	return available < total / HOST_PART && kernel > total / KERNEL_PART;
}
