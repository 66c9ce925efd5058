/*
 * cpuset.c - the processors that a sandbox may run on.
 *
 * A quota says how much time there is and not on how many processors, so a
 * program that starts a thread for each starts as many as the host has.  A lab
 * with procfs = "sandbox" has as many as its "cpus" come to, rounded up: those
 * that the fewest other sandboxes of such labs have.  The controller counts for
 * every process of the sandbox, and none of them can widen it.
 *
 * No number is kept of a sandbox: what it has is read from its group.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/sweep.h"

#define V2_ENABLE "+cpuset"

static bool
is_v2(const struct cgroups *g)
{
	return g->kind == &cgroup_v2;
}

/* --- files -------------------------------------------------------------- */

static int
read_list(int dir, const char *group, const char *file,
    char list[CPUS_LIST_SIZE])
{
	CLOSES int fd = cgroup_open(dir, group, file, O_RDONLY);
	ssize_t n = fd == -1 ? -1 : read(fd, list, CPUS_LIST_SIZE - 1);

	list[n < 0 ? 0 : n] = '\0';
	list[strcspn(list, "\n")] = '\0';
	return n < 0 ? -1 : 0;
}

/* Count the sandbox in or out. */
static void
account(struct cpuset *s, const char *list, int by)
{
	struct cpus set = cpus_parse(list);

	for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (cpus_has(&set, cpu) && (by > 0 || s->load[cpu] > 0))
			s->load[cpu] = (uint16_t)(s->load[cpu] + by);
	}
}

/* --- our own group ------------------------------------------------------ */

/* A new group of v1 has neither processors nor memory, and takes in nobody. */
static int
copy_from_parent(int own, const char *file, struct err *e)
{
	char list[CPUS_LIST_SIZE];

	if (read_list(own, "..", file, list) == -1)
		return err_set(e, errno, "%s of the parent group", file);
	return cgroup_write(own, ".", file, list, e);
}

static int
v1_own(struct cgroups *g, bool make, struct err *e)
{
	CLOSES int root = -1;
	CLOSES int own = -1;

	if (g->cpuset.path[0] == '\0')
		return err_set(e, ENOENT, "controller cpuset");
	root = open(g->cpuset.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root == -1)
		return err_set(e, errno, "%s", g->cpuset.path);
	if (make && mkdirat(root, g->name, 0755) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir in %s", g->cpuset.path);
	own = openat(root, g->name, O_DIRECTORY | O_CLOEXEC);
	if (own == -1)
		return err_set(e, errno, "open in %s", g->cpuset.path);
	if (make && (copy_from_parent(own, "cpuset.cpus", e) == -1 ||
			copy_from_parent(own, "cpuset.mems", e) == -1))
		return -1;
	g->cpuset.own = take_fd(&own);
	return 0;
}

/* From labs' parent down: what that does not have it cannot give. */
static int
v2_own(struct cgroups *g, struct err *e)
{
	CLOSES int own = openat(g->own[0], ".", O_DIRECTORY | O_CLOEXEC);

	if (own == -1)
		return err_set(e, errno, "open labs");
	if (!g->is_delegated &&
	    cgroup_write(own, "../..", "cgroup.subtree_control", V2_ENABLE,
		e) == -1)
		return -1;
	if (cgroup_write(own, "..", "cgroup.subtree_control", V2_ENABLE, e) ==
		-1 ||
	    cgroup_write(own, ".", "cgroup.subtree_control", V2_ENABLE, e) ==
		-1)
		return -1;
	g->cpuset.own = take_fd(&own);
	return 0;
}

/* Those that live already, of a builder before this one. */
static int
count_living(struct cpuset *s, struct err *e)
{
	CLOSES int copy =
	    openat(s->own, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy == -1 ? NULL : fdopendir(copy);
	char list[CPUS_LIST_SIZE];
	struct dirent *entry;

	if (dir == NULL)
		return err_set(e, errno, "list of groups");
	copy = -1; /* closedir() has it now */
	memset(s->load, 0, sizeof(s->load));
	while ((entry = readdir(dir)) != NULL) {
		if (cgroup_is_sandbox_name(entry->d_name) &&
		    read_list(s->own, entry->d_name, "cpuset.cpus", list) == 0)
			account(s, list, 1);
	}
	closedir(dir);
	return 0;
}

int
cpuset_enable(struct cgroups *g, struct err *e)
{
	int rc = 0;

	if (g->cpuset.own != -1)
		return 0;
	rc = is_v2(g) ? v2_own(g, e) : v1_own(g, true, e);
	return rc == -1 ? -1 : count_living(&g->cpuset, e);
}

/* Version 2 needs nothing: a sandbox's group is removed with all its controllers, and
 * cpuset_enable() counts those that live when the next one is made. */
void
cpuset_restore(struct cgroups *g)
{
	struct err e;

	if (!is_v2(g) && v1_own(g, false, &e) == 0)
		count_living(&g->cpuset, &e);
}

void
cpuset_sweep(struct cgroups *g)
{
	struct err e;

	if (is_v2(g) || v1_own(g, false, &e) == -1)
		return;
	sweep_groups(g->cpuset.own, cgroup_kill_listed);
	scope_close(&g->cpuset.own);
}

void
cpuset_leave(struct cgroups *g)
{
	struct err e;
	CLOSES int root = -1;

	if (!is_v2(g) && (g->cpuset.own != -1 || v1_own(g, false, &e) == 0)) {
		root = openat(g->cpuset.own, "..", O_PATH | O_CLOEXEC);
		if (root != -1)
			unlinkat(root, g->name, AT_REMOVEDIR);
	}
	scope_close(&g->cpuset.own);
}

/* --- one group ---------------------------------------------------------- */

static int
v1_make(struct cpuset *s, struct cgroup *c, struct err *e)
{
	char mems[CPUS_LIST_SIZE];

	if (mkdirat(s->own, c->name, 0755) == -1)
		return err_set(e, errno, "mkdir in %s", s->path);
	if (read_list(s->own, ".", "cpuset.mems", mems) == -1)
		return err_set(e, errno, "cpuset.mems");
	if (cgroup_write(s->own, c->name, "cpuset.mems", mems, e) == -1)
		return -1;
	c->cpuset_tasks = cgroup_open(s->own, c->name, "tasks", O_WRONLY);
	if (c->cpuset_tasks == -1)
		return err_set(e, errno, "tasks in %s", s->path);
	return 0;
}

bool
cpuset_has(struct cgroups *g, const char *name, struct cpus *set)
{
	char list[CPUS_LIST_SIZE];

	if (read_list(g->cpuset.own, name, "cpuset.cpus", list) == -1 ||
	    list[0] == '\0')
		return false;
	*set = cpus_parse(list);
	return true;
}

bool
cpuset_there(struct cgroups *g, struct cpus *set)
{
	char list[CPUS_LIST_SIZE];

	if (read_list(g->cpuset.own, ".",
		is_v2(g) ? "cpuset.cpus.effective" : "cpuset.effective_cpus",
		list) == -1)
		return false;
	*set = cpus_parse(list);
	return true;
}

int
cpuset_move(struct cgroups *g, const char *name, const struct cpus *set,
    struct err *e)
{
	struct cpuset *s = &g->cpuset;
	char before[CPUS_LIST_SIZE], after[CPUS_LIST_SIZE];

	cpus_print(set, after, sizeof(after));
	if (read_list(s->own, name, "cpuset.cpus", before) == -1)
		return err_set(e, errno, "cpuset.cpus");
	if (cgroup_write(s->own, name, "cpuset.cpus", after, e) == -1)
		return -1;
	account(s, before, -1);
	account(s, after, 1);
	return 0;
}

int
cpuset_take(struct cgroups *g, struct cgroup *c, uint32_t cpu_percent,
    struct err *e)
{
	struct cpuset *s = &g->cpuset;
	char list[CPUS_LIST_SIZE];
	struct cpus set;

	if (cpuset_enable(g, e) == -1 || (!is_v2(g) && v1_make(s, c, e) == -1))
		return -1;
	if (!cpuset_there(g, &set))
		return err_set(e, errno, "processors of this host");
	set = cpus_choose(&set, s->load, (cpu_percent + 99) / 100);
	cpus_print(&set, list, sizeof(list));
	if (cgroup_write(s->own, c->name, "cpuset.cpus", list, e) == -1)
		return -1;
	account(s, list, 1);
	return 0;
}

int
cpuset_join(const struct cgroup *c, struct err *e)
{
	if (c->cpuset_tasks != -1 && write(c->cpuset_tasks, "0", 1) != 1)
		return err_set(e, errno, "cpuset: tasks");
	return 0;
}

int
cpuset_drop(struct cgroups *g, const char *name)
{
	struct cpuset *s = &g->cpuset;
	char list[CPUS_LIST_SIZE];
	struct err e;

	if (s->own == -1)
		return 0;
	if (read_list(s->own, name, "cpuset.cpus", list) == -1 ||
	    (is_v2(g) && list[0] == '\0'))
		return 0;
	if (!is_v2(g) && unlinkat(s->own, name, AT_REMOVEDIR) == -1)
		return errno == ENOENT ? 0 : -1;
	account(s, list, -1);
	if (is_v2(g)) /* not again, when its removal is tried again */
		cgroup_write(s->own, name, "cpuset.cpus", "\n", &e);
	return 0;
}
