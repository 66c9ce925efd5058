/*
 * cgroup_v2.c - limits on a host whose controllers are in cgroup v2.
 *
 * Under systemd with Delegate=yes our processes move to the leaf "supervisor"
 * and the sandboxes' groups stand in "labs" beside it: a group that has
 * controllers for its children may hold no processes.  Anywhere else we touch
 * no group that another program made, and put "labs" into a group of our own at
 * the root.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/sweep.h"

#define LEAF	    "supervisor"
#define LABS	    "labs"
#define CONTROLLERS "+memory +cpu +pids"
#define MOVES_MAX   10000

/* Make the group if there is none, and open it. */
static int
open_group(int parent, const char *name, int *fd, struct err *e)
{
	if (mkdirat(parent, name, 0755) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir %s", name);
	*fd = openat(parent, name, O_DIRECTORY | O_CLOEXEC);
	if (*fd == -1)
		return err_set(e, errno, "open %s", name);
	return 0;
}

static int
enable_controllers(int dir, struct err *e)
{
	return cgroup_write(dir, ".", "cgroup.subtree_control", CONTROLLERS, e);
}

/* systemd marks what it delegated: trusted.delegate since 236, and
 * user.delegate since 251. */
static bool
is_marked_delegated(int dir)
{
	char path[32], value[4];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	return getxattr(path, "trusted.delegate", value, sizeof(value)) > 0 ||
	       getxattr(path, "user.delegate", value, sizeof(value)) > 0;
}

/* Our group's path without a trailing leaf, which an earlier builder of the
 * same monitor may have moved us to. */
static int
read_own_path(char *path, size_t size, struct err *e)
{
	CLOSES int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	char text[1024];
	size_t n;
	ssize_t got = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);

	if (got <= 0)
		return err_set(e, errno, "/proc/self/cgroup");
	text[got] = '\0';
	if (!hierarchy_own_path(text, path, size))
		return err_set(e, ENOENT, "own cgroup");
	n = strlen(path);
	if (n > sizeof(LEAF) && strcmp(path + n - sizeof(LEAF), "/" LEAF) == 0)
		path[n - sizeof(LEAF)] = '\0';
	return 0;
}

/* The delegated group that we run in, or -1 when it is not ours. */
static int
open_delegated(int root, struct err *e)
{
	char path[512];
	CLOSES int fd = -1;

	if (read_own_path(path, sizeof(path), e) == -1 || path[1] == '\0')
		return -1;
	fd = openat(root, path + 1, O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || !is_marked_delegated(fd))
		return -1;
	return take_fd(&fd);
}

/* Move the monitor, ourselves and whoever else is in the group to the leaf.
 * Somebody may fork in between: again, until the list is empty. */
static int
move_to_leaf(int dir, struct err *e)
{
	CLOSES int leaf = -1;

	if (open_group(dir, LEAF, &leaf, e) == -1)
		return -1;
	for (int moves = 0; moves < MOVES_MAX; moves++) {
		uint64_t pid = cgroup_read(dir, ".", "cgroup.procs", NULL);

		if (pid == 0)
			return 0;
		if (cgroup_write_u64(leaf, ".", "cgroup.procs", pid, e) == -1 &&
		    e->code != ESRCH) /* it ended by itself */
			return err_wrap(e, "move to %s", LEAF);
	}
	return err_set(e, EBUSY, "move to %s", LEAF);
}

/* The group to put labs/ in. */
static int
open_base(struct cgroups *g, const char *name, int *base, struct err *e)
{
	CLOSES int root =
	    open(g->hierarchy[0].path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root == -1)
		return err_set(e, errno, "%s", g->hierarchy[0].path);
	*base = open_delegated(root, e);
	g->is_delegated = *base != -1;
	if (g->is_delegated)
		return move_to_leaf(*base, e);
	if (enable_controllers(root, e) == -1)
		return err_wrap(e, "%s", g->hierarchy[0].path);
	return open_group(root, name, base, e);
}

static int
v2_enter(struct cgroups *g, const char *name, struct err *e)
{
	CLOSES int base = -1;

	if (open_base(g, name, &base, e) == -1 ||
	    enable_controllers(base, e) == -1 ||
	    open_group(base, LABS, &g->own[0], e) == -1 ||
	    enable_controllers(g->own[0], e) == -1)
		return -1;
	return cgroup_write_u64(g->is_delegated ? g->own[0] : base, ".",
	    "cpu.weight", ALL_CPU_WEIGHT, e);
}

static void
v2_leave(struct cgroups *g)
{
	CLOSES int base = openat(g->own[0], "..", O_DIRECTORY | O_CLOEXEC);
	CLOSES int root = -1;

	if (base == -1)
		return;
	unlinkat(base, LABS, AT_REMOVEDIR);
	if (g->is_delegated)
		return;
	root = openat(base, "..", O_DIRECTORY | O_CLOEXEC);
	if (root != -1)
		unlinkat(root, g->name, AT_REMOVEDIR);
}

static int
v2_limit(struct cgroups *g, const struct limits *l, const struct cgroup *c,
    struct err *e)
{
	const char *name = c->name;
	int dir = g->own[0];
	char cpu[48];

	if (cgroup_write_u64(dir, name, "memory.max", l->memory, e) == -1)
		return -1;
	if (cgroup_write_u64(dir, name, "memory.swap.max", l->swap, e) == -1 &&
	    (e->code != ENOENT || l->swap > 0 || sweep_host_has_swap()))
		return -1;
	snprintf(cpu, sizeof(cpu), "%llu %d",
	    (unsigned long long)cgroup_quota(l->cpu_percent), CPU_PERIOD_US);
	if (cgroup_write(dir, name, "cpu.max", cpu, e) == -1 ||
	    cgroup_write_u64(dir, name, "cpu.weight", l->cpu_weight, e) == -1)
		return -1;
	return cgroup_write_u64(dir, name, "pids.max", l->pids, e);
}

/* memory.oom.group stays 0: only the hog dies, and the student's shell can
 * say what happened. */
static int
v2_create(struct cgroups *g, struct cgroup *c, struct err *e)
{
	if (mkdirat(g->own[0], c->name, 0755) == -1)
		return err_set(e, errno, "mkdir");
	c->oom_event =
	    cgroup_open(g->own[0], c->name, "memory.events", O_RDONLY);
	c->pids_event =
	    cgroup_open(g->own[0], c->name, "pids.events", O_RDONLY);
	if (c->oom_event == -1 || c->pids_event == -1)
		return err_set(e, errno, "events");
	return 0;
}

/* clone3 started the child in its group. */
static int
v2_join(struct cgroups *g, const struct cgroup *c, struct err *e)
{
	(void)g;
	(void)c;
	(void)e;
	return 0;
}

static void
kill_group(int dir, const char *name)
{
	struct err e;

	if (cgroup_write(dir, name, "cgroup.kill", "1", &e) == -1)
		cgroup_kill_listed(dir, name);
}

static void
v2_kill(struct cgroups *g, const char *name)
{
	kill_group(g->own[0], name);
}

static int
v2_remove(struct cgroups *g, const char *name)
{
	if (g->own[0] != -1 && unlinkat(g->own[0], name, AT_REMOVEDIR) == -1 &&
	    errno != ENOENT)
		return -1;
	return 0;
}

static uint64_t
v2_cpu_us(struct cgroups *g, const struct cgroup *c)
{
	return cgroup_read(g->own[0], c->name, "cpu.stat", "usage_usec");
}

static uint64_t
v2_memory_peak(struct cgroups *g, const struct cgroup *c)
{
	return cgroup_read(g->own[0], c->name, "memory.peak", NULL);
}

static void
v2_usage(struct cgroups *g, const struct cgroup *c, struct cgroup_usage *u)
{
	int dir = g->own[0];

	u->cpu_us = v2_cpu_us(g, c);
	u->memory = cgroup_read(dir, c->name, "memory.current", NULL);
	u->pids = (uint32_t)cgroup_read(dir, c->name, "pids.current", NULL);
}

static int
v2_set_quota(struct cgroups *g, const struct cgroup *c, uint64_t quota,
    struct err *e)
{
	char cpu[48];

	snprintf(cpu, sizeof(cpu), "%llu %d", (unsigned long long)quota,
	    CPU_PERIOD_US);
	return cgroup_write(g->own[0], c->name, "cpu.max", cpu, e);
}

/* "50000 100000" */
static uint64_t
v2_quota(struct cgroups *g, const struct cgroup *c)
{
	return cgroup_read(g->own[0], c->name, "cpu.max", NULL);
}

static uint64_t
v2_oom_kills(struct cgroups *g, const struct cgroup *c)
{
	(void)g;
	return cgroup_reread(c->oom_event, "oom_kill");
}

static uint64_t
v2_forks_refused(struct cgroups *g, const struct cgroup *c)
{
	(void)g;
	return cgroup_reread(c->pids_event, "max");
}

static void
v2_sweep(struct cgroups *g)
{
	sweep_groups(g->own[0], kill_group);
}

const struct cgroup_kind cgroup_v2 = {
	.name = "v2",
	.oom_poll = EPOLLPRI,
	.pids_poll = EPOLLPRI,
	.tasks = "cgroup.threads",
	.add = "cgroup.procs",
	.enter = v2_enter,
	.create = v2_create,
	.limit = v2_limit,
	.join = v2_join,
	.kill = v2_kill,
	.remove = v2_remove,
	.usage = v2_usage,
	.memory_peak = v2_memory_peak,
	.cpu_us = v2_cpu_us,
	.set_quota = v2_set_quota,
	.quota = v2_quota,
	.oom_kills = v2_oom_kills,
	.forks_refused = v2_forks_refused,
	.sweep = v2_sweep,
	.leave = v2_leave,
};
