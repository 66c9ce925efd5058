/* lxcfs.c - is there what labs with procfs = "sandbox" need? */
#include "sandbox/builder/hostcheck/lxcfs.h"

#include "sandbox/builder/fs/procfs.h"

/* The first lab that wants it, or NULL. */
static const char *
who_needs_it(const struct plan_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->plan[i]->spec.procfs == PROCFS_SANDBOX)
			return t->plan[i]->spec.lab;
	}
	return NULL;
}

void
lxcfs_check(const struct plan_table *t, struct host_rows *f)
{
	const char *path = t->site.lxcfs;
	const char *lab = who_needs_it(t);
	struct host_row *row;

	if (procfs_is_mounted(path)) {
		host_row_add(f, LEVEL_OK, "lxcfs",
		    "mounted at %s: labs may have procfs = \"sandbox\"", path);
		return;
	}
	if (lab == NULL) {
		host_row_add(f, LEVEL_OK, "lxcfs",
		    "not mounted at %s: labs may not have procfs = \"sandbox\"",
		    path);
		return;
	}
	row = host_row_add(f, LEVEL_ERROR, "lxcfs",
	    "not mounted at %s, and lab %s has procfs = \"sandbox\"", path,
	    lab);
	host_row_cure(row, "%s", PROCFS_CURE);
}
