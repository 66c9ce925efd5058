/*
 * container.c - what the container has in which all of this runs, if it is one.
 *
 * The root of a hierarchy of control groups has no limit, and for most no file
 * of one either.  In a container that root is the container's own group, and its
 * files are there: whoever looks at /proc sees the whole host instead.
 */
#include "sandbox/builder/hostcheck/container.h"

#include <inttypes.h>
#include <stdio.h>

#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/procfile.h"

#define TASKS_OWN 32 /* the gateway's, without sessions */

static bool
limit_of(enum controller c, const char *v1, const char *v2, uint64_t *n)
{
	char path[HIERARCHY_PATH_SIZE + 32];
	struct cgroups g;
	struct err e;

	if (cgroups_find(&g, &e) == -1)
		return false;
	snprintf(path, sizeof(path), "%s/%s", g.hierarchy[g.at[c]].path,
	    g.kind == &cgroup_v2 ? v2 : v1);
	return procfile_number(path, n);
}

bool
container_memory(uint64_t *bytes)
{
	return limit_of(CONTROLLER_MEMORY, "memory.limit_in_bytes",
	    "memory.max", bytes);
}

void
container_rows(struct host_rows *f, const struct demand *d, uint64_t max)
{
	struct host_row *row =
	    host_row_add(f, LEVEL_OK, "processes of this container",
		"%" PRIu64 ", %d each for a shell", max, TASKS_EACH);
	uint64_t most = d->pids + TASKS_EACH;

	host_row_holds(row, WHEN_STARTED,
	    demand_held(max, TASKS_OWN, TASKS_EACH), d->sandboxes);
	host_row_cure(row,
	    "give the container %" PRIu64
	    " or more (docker run --pids-limit), or lower sandboxes_max",
	    TASKS_OWN + (uint64_t)TASKS_EACH * d->sandboxes);
	row = host_row_add(f, LEVEL_OK, "processes, all of a lab",
	    "up to %" PRIu64 " each", most);
	host_row_holds(row, WHEN_FULL, demand_held(max, TASKS_OWN, most),
	    d->sandboxes);
	host_row_cure(row,
	    "give the container %" PRIu64
	    " or more (docker run --pids-limit), or lower sandboxes_max",
	    TASKS_OWN + most * d->sandboxes);
}

void
container_check(const struct demand *d, struct host_rows *f)
{
	uint64_t max;

	if (limit_of(CONTROLLER_PIDS, "pids.max", "pids.max", &max))
		container_rows(f, d, max);
}
