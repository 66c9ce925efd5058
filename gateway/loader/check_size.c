/* check_size.c - does this host have what a lab asks for? */
#include "gateway/loader/check_lab.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

#include "gateway/base/reserve.h"

/* Largest number of a process, and so of processes; 0 when unknown. */
static int64_t
host_pids(void)
{
	FILE *f = fopen("/proc/sys/kernel/pid_max", "re");
	int64_t max = 0;

	if (f == NULL)
		return 0;
	if (fscanf(f, "%" SCNd64, &max) != 1)
		max = 0;
	fclose(f);
	return max;
}

/* Bytes of the file system of state_dir, which may not be there yet. */
static int64_t
host_disk(const struct config *c)
{
	struct statvfs fs;

	if (statvfs(c->state_dir, &fs) == -1)
		return 0;
	return (int64_t)fs.f_blocks * (int64_t)fs.f_frsize;
}

/* The disk of running sandboxes is no longer free: that more is promised than
 * fits is said of what cannot start at all, as atoll-builder refuses it. */
static void
check_room(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	struct statvfs fs;
	int64_t room;

	if (lab->storage != STORAGE_DISK || statvfs(c->state_dir, &fs) == -1)
		return;
	room = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize - ROOM_RESERVE;
	if (room < lab->disk)
		diagnose_warning(out, lab->file, line_of(group, "disk"),
		    "disk is %" PRId64 "M, and state_dir has %" PRId64
		    "M left, beside a reserve of %" PRId64
		    "M: its sandboxes are refused until there is room",
		    lab->disk >> 20, (room < 0 ? 0 : room) >> 20,
		    ROOM_RESERVE >> 20);
}

void
check_size(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	struct sysinfo host;
	int64_t memory, swap, pids = host_pids(), disk = host_disk(c);
	int processors = get_nprocs();

	if (sysinfo(&host) == -1)
		return;
	memory = (int64_t)host.totalram * host.mem_unit;
	swap = (int64_t)host.totalswap * host.mem_unit;
	if (lab->memory > memory)
		diagnose(out, lab->file, line_of(group, "memory"),
		    "memory is %" PRId64 "M, and this host has %" PRId64 "M",
		    lab->memory >> 20, memory >> 20);
	if (lab->swap > swap)
		diagnose_warning(out, lab->file, line_of(group, "swap"),
		    "swap is %" PRId64 "M, and this host has %" PRId64 "M",
		    lab->swap >> 20, swap >> 20);
	if (lab->cpus > 100 * processors)
		diagnose(out, lab->file, line_of(group, "cpus"),
		    "cpus = %g, and this host has %d", (double)lab->cpus / 100,
		    processors);
	if (pids != 0 && lab->pids > pids)
		diagnose(out, lab->file, line_of(group, "pids"),
		    "pids = %" PRId64 ", and this host has %" PRId64
		    " at most (kernel.pid_max)",
		    lab->pids, pids);
	if (disk != 0 && lab->storage == STORAGE_DISK && lab->disk > disk)
		diagnose(out, lab->file, line_of(group, "disk"),
		    "disk is %" PRId64 "M, and the file system of state_dir"
		    " has %" PRId64 "M",
		    lab->disk >> 20, disk >> 20);
	else
		check_room(c, lab, group, out);
}
