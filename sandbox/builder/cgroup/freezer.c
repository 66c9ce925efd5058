/*
 * freezer.c - a sandbox whose processes are stopped where they are.
 *
 * With version 2 each group can do it (cgroup.freeze).  With version 1 it is a
 * hierarchy of its own, in which a sandbox gets a group when it is to be frozen, and
 * not before; or a hierarchy of version 2 without controllers, which many hosts have
 * mounted beside, and where SIGKILL works on who is frozen, which it does not in v1.
 * There the processes are moved into a group that is frozen already, so that each stops
 * as it comes, and forks no more.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/procfile.h"
#include "sandbox/builder/sweep.h"

#define MOVES_MAX 100 /* looks at who is there, until nobody is new */

static bool
is_own_group(const struct cgroups *g)
{
	return g->kind != &cgroup_v2;
}

/* --- where it is -------------------------------------------------------- */

/* Our group there, made if it must be. */
static int
open_own(const struct cgroups *g, const char *path, bool is_to_be_made)
{
	CLOSES int root =
	    path[0] == '\0' ? -1 : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root == -1 ||
	    (is_to_be_made && mkdirat(root, g->name, 0755) == -1 &&
		errno != EEXIST))
		return -1;
	return openat(root, g->name, O_DIRECTORY | O_CLOEXEC);
}

static bool
has_file(int dir, const char *file)
{
	return faccessat(dir, file, W_OK, 0) == 0;
}

static bool
take(struct freezer *f, int dir, bool is_v2)
{
	CLOSES int fd = dir;

	if (fd == -1 ||
	    !has_file(fd, is_v2 ? "cgroup.freeze" : "freezer.state"))
		return false;
	f->own = take_fd(&fd);
	f->is_v2 = is_v2;
	return true;
}

static bool
look(struct cgroups *g, bool is_to_be_made)
{
	struct freezer *f = &g->freezer;

	if (f->own != -1)
		return true;
	if (!is_own_group(g))
		return take(f, fcntl(g->own[0], F_DUPFD_CLOEXEC, 3), true);
	return take(f, open_own(g, f->unified, is_to_be_made), true) ||
	       take(f, open_own(g, f->v1, is_to_be_made), false);
}

int
freezer_find(struct cgroups *g, struct err *e)
{
	if (look(g, true))
		return 0;
	return err_set(e, 0,
	    "this host cannot freeze a sandbox: mount cgroup2, or the freezer"
	    " of version 1");
}

void
freezer_restore(struct cgroups *g)
{
	look(g, false);
}

/* --- freezing ----------------------------------------------------------- */

static int
set_state(const struct freezer *f, const char *name, bool is_frozen,
    struct err *e)
{
	if (f->is_v2)
		return cgroup_write(f->own, name, "cgroup.freeze",
		    is_frozen ? "1" : "0", e);
	return cgroup_write(f->own, name, "freezer.state",
	    is_frozen ? "FROZEN" : "THAWED", e);
}

/* The processes of a group, one a line, to be freed; NULL without memory. */
static char *
processes(int dir, const char *name)
{
	char path[64];
	char *list;

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s/cgroup.procs", dir,
	    name);
	list = procfile_whole(path);
	return list != NULL ? list : strdup(""); /* nobody is in it */
}

static bool
is_listed(const char *list, unsigned long pid)
{
	for (const char *at = list; *at != '\0';) {
		if (strtoul(at, NULL, 10) == pid)
			return true;
		at = strchrnul(at, '\n');
		at += *at == '\n';
	}
	return false;
}

/* Each process of list that is not in but is moved into that group; so many were. */
static unsigned
move(const char *list, const char *but, int dir, const char *group)
{
	unsigned moved = 0;
	struct err gone; /* it has ended meanwhile */

	for (const char *at = list; *at != '\0';) {
		unsigned long pid = strtoul(at, NULL, 10);

		if (pid > 0 && !is_listed(but, pid) &&
		    cgroup_write_u64(dir, group, "cgroup.procs", pid, &gone) ==
			0)
			moved++;
		at = strchrnul(at, '\n');
		at += *at == '\n';
	}
	return moved;
}

/* A number may have become another process's since it was read: who is not of the
 * sandbox goes back to where all are. */
static int
collect(struct cgroups *g, const char *name, struct err *e)
{
	struct freezer *f = &g->freezer;
	unsigned moved = 1;

	for (int i = 0; i < MOVES_MAX && moved > 0; i++) {
		FREES char *all = processes(g->own[0], name);
		FREES char *there = processes(f->own, name);
		FREES char *now = NULL;

		if (all == NULL || there == NULL)
			return err_set(e, ENOMEM, "freeze %s", name);
		moved = move(all, there, f->own, name);
		now = processes(f->own, name);
		if (now != NULL)
			move(now, all, f->own, "..");
	}
	return moved == 0 ? 0 : err_set(e, EBUSY, "freeze %s", name);
}

int
freezer_freeze(struct cgroups *g, const struct cgroup *c, struct err *e)
{
	if (freezer_find(g, e) == -1)
		return -1;
	if (is_own_group(g) && mkdirat(g->freezer.own, c->name, 0755) == -1 &&
	    errno != EEXIST)
		return err_set(e, errno, "freezer: mkdir %s", c->name);
	if (set_state(&g->freezer, c->name, true, e) == -1)
		return err_wrap(e, "freezer");
	return is_own_group(g) ? collect(g, c->name, e) : 0;
}

int
freezer_thaw(struct cgroups *g, const struct cgroup *c, struct err *e)
{
	if (freezer_find(g, e) == -1)
		return -1;
	if (set_state(&g->freezer, c->name, false, e) == -1 &&
	    e->code != ENOENT) /* it never was frozen */
		return err_wrap(e, "freezer");
	return 0;
}

/* --- the end ------------------------------------------------------------ */

int
freezer_drop(struct cgroups *g, const char *name)
{
	if (g->freezer.own == -1 || !is_own_group(g) ||
	    unlinkat(g->freezer.own, name, AT_REMOVEDIR) == 0 ||
	    errno == ENOENT)
		return 0;
	return -1;
}

/* They die of the death of their process 1, once they can; what is not dead yet is
 * for the hierarchies of the limits to wait for. */
static void
thaw_and_kill(int dir, const char *group)
{
	struct err e;

	if (cgroup_write(dir, group, "cgroup.freeze", "0", &e) == -1)
		cgroup_write(dir, group, "freezer.state", "THAWED", &e);
	cgroup_kill_listed(dir, group);
}

static void
sweep_one(const struct cgroups *g, const char *path)
{
	CLOSES int own = open_own(g, path, false);

	if (own != -1)
		sweep_groups(own, thaw_and_kill);
}

void
freezer_sweep(struct cgroups *g)
{
	if (!is_own_group(g))
		return; /* cgroup.kill ends who is frozen, too */
	sweep_one(g, g->freezer.unified);
	sweep_one(g, g->freezer.v1);
}

static void
remove_own(const struct cgroups *g, const char *path)
{
	CLOSES int root =
	    path[0] == '\0' ? -1 : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root != -1)
		unlinkat(root, g->name, AT_REMOVEDIR);
}

void
freezer_leave(struct cgroups *g)
{
	scope_close(&g->freezer.own);
	if (!is_own_group(g))
		return;
	remove_own(g, g->freezer.unified);
	remove_own(g, g->freezer.v1);
}
