/*
 * pressure.c - memory of the kernel that no control group counts.
 *
 * A netlink socket has a queue of some 200 KiB that is not charged to whoever
 * made it, a datagram that is held back with MSG_MORE is not either, and locks
 * on files (locks.c) are not.  There is no limit of the kernel's for how many a
 * sandbox has beyond its open files, so the builder looks, and ends a sandbox
 * that has too much before the host has too little.
 */
#include "sandbox/builder/cgroup/pressure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/procfile.h"

#define MEMINFO	  "/proc/meminfo"
#define EACH_TURN 8		/* sandboxes */
#define GROWN_KIB (64 << 10)	/* of the whole host */
#define LOCKS_KIB (16 << 10)	/* the same, of which locks may be a part */
#define LEAST	  (16ULL << 20) /* what every sandbox may have */
#define SHARE	  4		/* and a part of its memory */

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

bool
pressure_may_have(const char *text, const char *protocol)
{
	char name[32];
	uint64_t sockets;

	/* protocol size sockets memory ...; the first line is their names. */
	while ((text = next_line(text)) != NULL) {
		if (sscanf(text, "%31s %*s %" SCNu64, name, &sockets) == 2 &&
		    strcmp(name, protocol) == 0)
			return sockets > 0;
	}
	return true;
}

static char *
net_file(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)pid, file);
	return procfile_whole(path);
}

static const struct {
	const char *protocol, *file;
	uint64_t (*count)(const char *text);
} kinds[] = {
	{ "NETLINK", "netlink", pressure_netlink },
	{ "UDP", "udp", pressure_datagrams },
	{ "UDPv6", "udp6", pressure_datagrams },
};

/* Each list takes the kernel through the sockets of all networks of the host, and
 * most sandboxes have none of these kinds: so only those that there are. */
uint64_t
pressure_sockets(pid_t pid)
{
	FREES char *protocols = net_file(pid, "protocols");
	uint64_t sum = 0;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		FREES char *text = NULL;

		if (protocols != NULL &&
		    !pressure_may_have(protocols, kinds[i].protocol))
			continue;
		text = net_file(pid, kinds[i].file);
		sum += text == NULL ? 0 : kinds[i].count(text);
	}
	return sum;
}

uint64_t
pressure_allowed(uint64_t memory)
{
	return memory / SHARE > LEAST ? memory / SHARE : LEAST;
}

/* More than before, by that much?  What has come back is the new beginning. */
static bool
has_risen(uint64_t *before, uint64_t now, uint64_t by)
{
	bool has = now > *before + by;

	if (has || now < *before)
		*before = now;
	return has;
}

static bool
has_fallen(uint64_t *before, uint64_t now, uint64_t by)
{
	bool has = now + by < *before;

	if (has || now > *before)
		*before = now;
	return has;
}

void
pressure_next(struct pressure_turn *t, const struct host_memory *h)
{
	bool is_first = t->number++ == 0, is_short = culprit_is_wanted(h);
	bool rose = has_risen(&t->kernel, h->kernel, GROWN_KIB);
	bool fell = has_fallen(&t->available, h->available, GROWN_KIB);

	t->host = *h;
	t->is_kernel =
	    has_risen(&t->locks, h->kernel, LOCKS_KIB) || is_first || is_short;
	t->is_all = t->is_kernel || rose || fell;
}

static struct host_memory
host_memory(void)
{
	FREES char *text = procfile_whole(MEMINFO);
	struct host_memory h = { 0 };

	procfile_find(text, "MemTotal:", &h.total);
	procfile_find(text, "MemAvailable:", &h.available);
	procfile_find(text, "SUnreclaim:", &h.kernel);
	return h;
}

void
pressure_begin(struct pressure_turn *t)
{
	struct host_memory h = host_memory();

	pressure_next(t, &h);
}

void
pressure_go_on(struct pressure_turn *t)
{
	t->host = host_memory();
}

bool
pressure_is_turn(const struct pressure_turn *t, size_t place, size_t count)
{
	size_t turns = (count + EACH_TURN - 1) / EACH_TURN;

	return place % turns == t->number % turns;
}
