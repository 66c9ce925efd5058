/* freezer_check.c - can this host freeze sandboxes, where labs want it to? */
#include "sandbox/builder/hostcheck/freezer_check.h"

#include <unistd.h>

/* The first lab whose sandboxes may be frozen, or NULL. */
static const char *
who_freezes(const struct plan_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->plan[i]->spec.may_freeze != 0)
			return t->plan[i]->spec.lab;
	}
	return NULL;
}

static bool
may_write(const char *path)
{
	return path[0] != '\0' && access(path, W_OK) == 0;
}

/* As freezer_find() will find it, or NULL. */
static const char *
freezer_of(const struct cgroups *g)
{
	if (g->kind == &cgroup_v2)
		return "cgroup.freeze of version 2";
	if (may_write(g->freezer.unified))
		return "cgroup.freeze of version 2, beside version 1";
	return may_write(g->freezer.v1) ? "the freezer of version 1" : NULL;
}

void
freezer_check(const struct cgroups *g, const struct plan_table *t,
    struct host_rows *f)
{
	const char *by = freezer_of(g), *lab = who_freezes(t);
	struct host_row *row;

	if (by != NULL) {
		host_row_add(f, LEVEL_OK, "freezer", "%s", by);
		return;
	}
	if (lab == NULL) {
		host_row_add(f, LEVEL_OK, "freezer",
		    "none: respond may not say \"freeze\"");
		return;
	}
	row = host_row_add(f, LEVEL_ERROR, "freezer",
	    "none, and respond of lab %s says \"freeze\"", lab);
	host_row_cure(row,
	    "mount cgroup2 (mount -t cgroup2 none"
	    " /sys/fs/cgroup/unified), or the freezer of version 1; or say"
	    " \"slow\"");
}
