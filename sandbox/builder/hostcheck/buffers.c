/* buffers.c - what sockets of sandboxes may hold, and what the host allows. */
#include "sandbox/builder/hostcheck/buffers.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/cgroup/pressure.h"
#include "sandbox/builder/procfile.h"

#define MIB	20
#define V1_PART 4 /* as cgroup_v1.c sets memory.kmem.tcp.limit_in_bytes */

uint64_t
buffers_pages(uint64_t memory, bool is_v2, uint64_t page)
{
	return memory / (is_v2 ? 1 : V1_PART) / page;
}

/* The host has one number for all sandboxes, in pages. */
static void
check_tcp(const struct demand *d, struct host_rows *f)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), most, each;
	struct cgroups g;
	struct host_row *row;
	struct err e;
	char text[96];

	if (cgroups_find(&g, &e) == -1 ||
	    !procfile_text("/proc/sys/net/ipv4/tcp_mem", text, sizeof(text)) ||
	    sscanf(text, "%*s %*s %" SCNu64, &most) != 1)
		return;
	each = buffers_pages(d->memory, g.kind == &cgroup_v2, page);
	row = host_row_add(f, LEVEL_OK, "memory of TCP",
	    "%" PRIu64 "M, up to %" PRIu64 "M each", most * page >> MIB,
	    each * page >> MIB);
	host_row_holds(row, WHEN_FULL, demand_held(most, 0, each),
	    d->sandboxes);
	host_row_cure(row,
	    "sysctl -w net.ipv4.tcp_mem=\"%" PRIu64 " %" PRIu64 " %" PRIu64
	    "\", where students fill buffers on purpose",
	    each * d->sandboxes / 2, each * d->sandboxes / 4 * 3,
	    each * d->sandboxes);
}

/* The kernel gives a socket twice what it asks for (socket(7)), and a netlink
 * socket fills that at once with memory that is not counted. */
void
buffers_row(struct host_rows *f, const char *what, const char *sysctl,
    uint64_t max, uint64_t memory)
{
	uint64_t allowed = pressure_allowed(memory);
	struct host_row *row =
	    host_row_add(f, max * 2 > allowed ? LEVEL_WARNING : LEVEL_OK, what,
		"%s = %" PRIu64 ": one socket holds up to %" PRIu64 "K;"
		" the smallest lab, with %" PRIu64
		"M of memory, may fill %" PRIu64 "K before it is ended",
		sysctl, max, max * 2 >> 10, memory >> MIB, allowed >> 10);

	host_row_cure(row,
	    "sysctl -w %s=%" PRIu64
	    " or less: the host's default, 212992, is enough for what runs in a"
	    " sandbox",
	    sysctl, allowed / 2);
}

static void
check_socket(const struct demand *d, const char *what, const char *name,
    struct host_rows *f)
{
	char path[64], sysctl[32];
	uint64_t max;

	snprintf(path, sizeof(path), "/proc/sys/net/core/%s", name);
	snprintf(sysctl, sizeof(sysctl), "net.core.%s", name);
	if (procfile_number(path, &max))
		buffers_row(f, what, sysctl, max, d->memory_least);
}

void
buffers_check(const struct demand *d, struct host_rows *f)
{
	check_tcp(d, f);
	if (d->memory_least == 0)
		return; /* no lab */
	check_socket(d, "receive buffers", "rmem_max", f);
	check_socket(d, "send buffers", "wmem_max", f);
}
