/*
 * cgroup_v1.c - limits on a host whose controllers are in cgroup v1.
 *
 * A sandbox has a group of the same name in each hierarchy.  There is nothing
 * that kills a whole group: the death of PID 1 does that.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/sweep.h"

/* Of its memory a sandbox has as much again for buffers of sockets. */
#define SOCKETS_SHARE 4

/* The directory of ours in the hierarchy that has the controller. */
static int
own(const struct cgroups *g, enum controller c)
{
	return g->at[c] == -1 ? -1 : g->own[g->at[c]];
}

static int
v1_enter(struct cgroups *g, const char *name, struct err *e)
{
	for (unsigned i = 0; i < g->count; i++) {
		const char *path = g->hierarchy[i].path;
		CLOSES int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (root == -1)
			return err_set(e, errno, "%s", path);
		if (mkdirat(root, name, 0755) == -1 && errno != EEXIST)
			return err_set(e, errno, "mkdir in %s", path);
		g->own[i] = openat(root, name, O_DIRECTORY | O_CLOEXEC);
		if (g->own[i] == -1)
			return err_set(e, errno, "open in %s", path);
	}
	return cgroup_write_u64(own(g, CONTROLLER_CPU), ".", "cpu.shares",
	    cgroup_shares(ALL_CPU_WEIGHT), e);
}

static void
v1_leave(struct cgroups *g)
{
	for (unsigned i = 0; i < g->count; i++) {
		CLOSES int root = open(g->hierarchy[i].path,
		    O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (root != -1)
			unlinkat(root, g->name, AT_REMOVEDIR);
	}
}

static int
v1_limit(struct cgroups *g, const struct limits *l, const struct cgroup *c,
    struct err *e)
{
	const char *name = c->name;
	int memory = own(g, CONTROLLER_MEMORY);

	/* Memory first: with swap it may not be below memory alone. */
	if (cgroup_write_u64(memory, name, "memory.limit_in_bytes", l->memory,
		e) == -1)
		return -1;
	if (cgroup_write_u64(memory, name, "memory.memsw.limit_in_bytes",
		l->memory + l->swap, e) == -1 &&
	    (e->code != ENOENT || l->swap > 0 || sweep_host_has_swap()))
		return -1;
	/* Buffers of sockets count apart.  A kernel without them has none that
	 * counts. */
	if (cgroup_write_u64(memory, name, "memory.kmem.tcp.limit_in_bytes",
		l->memory / SOCKETS_SHARE, e) == -1 &&
	    e->code != ENOENT)
		return -1;
	if (cgroup_write_u64(own(g, CONTROLLER_CPU), name, "cpu.cfs_quota_us",
		cgroup_quota(l->cpu_percent), e) == -1 ||
	    cgroup_write_u64(own(g, CONTROLLER_CPU), name, "cpu.shares",
		cgroup_shares(l->cpu_weight), e) == -1)
		return -1;
	return cgroup_write_u64(own(g, CONTROLLER_PIDS), name, "pids.max",
	    l->pids, e);
}

/* An eventfd that the kernel writes to at each OOM.  It fires once more when
 * the group is removed, but is closed by then. */
static int
watch_oom(struct cgroups *g, struct cgroup *c, struct err *e)
{
	int dir = own(g, CONTROLLER_MEMORY);
	CLOSES int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	CLOSES int control =
	    cgroup_open(dir, c->name, "memory.oom_control", O_RDONLY);
	char line[32];

	if (event == -1 || control == -1)
		return err_set(e, errno, "memory.oom_control");
	snprintf(line, sizeof(line), "%d %d", event, control);
	if (cgroup_write(dir, c->name, "cgroup.event_control", line, e) == -1)
		return -1;
	c->oom_event = take_fd(&event);
	return 0;
}

static int
v1_create(struct cgroups *g, struct cgroup *c, struct err *e)
{
	for (unsigned i = 0; i < g->count; i++) {
		if (mkdirat(g->own[i], c->name, 0755) == -1)
			return err_set(e, errno, "mkdir in %s",
			    g->hierarchy[i].path);
		c->tasks[i] =
		    cgroup_open(g->own[i], c->name, "tasks", O_WRONLY);
		if (c->tasks[i] == -1)
			return err_set(e, errno, "tasks in %s",
			    g->hierarchy[i].path);
	}
	if (watch_oom(g, c, e) == -1)
		return -1;
	c->pids_event = cgroup_open(own(g, CONTROLLER_PIDS), c->name,
	    "pids.events", O_RDONLY);
	if (c->pids_event == -1)
		return err_set(e, errno, "pids.events");
	return 0;
}

/*
 * The kernel checks the rights of the process that opened the file: the
 * builder, as root. "0" written to tasks moves the calling thread.  Moving a
 * process from outside, by cgroup.procs, takes a lock that every fork and exit
 * of the host takes, and may wait milliseconds for it.
 */
static int
v1_join(struct cgroups *g, const struct cgroup *c, struct err *e)
{
	for (unsigned i = 0; i < g->count; i++) {
		if (write(c->tasks[i], "0", 1) != 1)
			return err_set(e, errno, "%s: tasks",
			    g->hierarchy[i].path);
	}
	return 0;
}

/* PID 1 is killed by its pidfd, and takes all the others along.  To kill by
 * the list of numbers could hit a number's next owner. */
static void
v1_kill(struct cgroups *g, const char *name)
{
	(void)g;
	(void)name;
}

static int
v1_remove(struct cgroups *g, const char *name)
{
	int rc = 0;

	for (unsigned i = 0; i < g->count; i++) {
		if (g->own[i] != -1 &&
		    unlinkat(g->own[i], name, AT_REMOVEDIR) == -1 &&
		    errno != ENOENT)
			rc = -1;
	}
	return rc;
}

static uint64_t
v1_cpu_us(struct cgroups *g, const struct cgroup *c)
{
	int acct = own(g, CONTROLLER_CPUACCT);

	/* It counts nanoseconds. */
	return acct == -1
		   ? 0
		   : cgroup_read(acct, c->name, "cpuacct.usage", NULL) / 1000;
}

static uint64_t
v1_memory_peak(struct cgroups *g, const struct cgroup *c)
{
	return cgroup_read(own(g, CONTROLLER_MEMORY), c->name,
	    "memory.max_usage_in_bytes", NULL);
}

static void
v1_usage(struct cgroups *g, const struct cgroup *c, struct cgroup_usage *u)
{
	int memory = own(g, CONTROLLER_MEMORY);

	u->memory = cgroup_read(memory, c->name, "memory.usage_in_bytes", NULL);
	u->pids = (uint32_t)cgroup_read(own(g, CONTROLLER_PIDS), c->name,
	    "pids.current", NULL);
	u->cpu_us = v1_cpu_us(g, c);
}

static int
v1_set_quota(struct cgroups *g, const struct cgroup *c, uint64_t quota,
    struct err *e)
{
	return cgroup_write_u64(own(g, CONTROLLER_CPU), c->name,
	    "cpu.cfs_quota_us", quota, e);
}

static uint64_t
v1_quota(struct cgroups *g, const struct cgroup *c)
{
	return cgroup_read(own(g, CONTROLLER_CPU), c->name, "cpu.cfs_quota_us",
	    NULL);
}

static uint64_t
v1_oom_kills(struct cgroups *g, const struct cgroup *c)
{
	uint64_t more;

	(void)g;
	/* The kernel tells before it kills: oom_kill is not yet counted. */
	if (read(c->oom_event, &more, sizeof(more)) != sizeof(more))
		return c->oom_kills;
	return c->oom_kills + more;
}

static uint64_t
v1_forks_refused(struct cgroups *g, const struct cgroup *c)
{
	(void)g;
	return cgroup_reread(c->pids_event, "max");
}

static void
v1_sweep(struct cgroups *g)
{
	for (unsigned i = 0; i < g->count; i++)
		sweep_groups(g->own[i], cgroup_kill_listed);
}

const struct cgroup_kind cgroup_v1 = {
	.name = "v1",
	.oom_poll = EPOLLIN,
	.tasks = "tasks",
	.add = "tasks",
	.pids_poll = 0, /* v1 counts in pids.events, but tells nobody */
	.enter = v1_enter,
	.create = v1_create,
	.limit = v1_limit,
	.join = v1_join,
	.kill = v1_kill,
	.remove = v1_remove,
	.usage = v1_usage,
	.memory_peak = v1_memory_peak,
	.cpu_us = v1_cpu_us,
	.set_quota = v1_set_quota,
	.quota = v1_quota,
	.oom_kills = v1_oom_kills,
	.forks_refused = v1_forks_refused,
	.sweep = v1_sweep,
	.leave = v1_leave,
};
