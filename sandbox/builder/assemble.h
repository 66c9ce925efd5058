/*
 * assemble.h - a sandbox, from clone3 to the exec of its init.
 */
#ifndef ATOLL_BUILDER_ASSEMBLE_H
#define ATOLL_BUILDER_ASSEMBLE_H

#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/fs/idmap.h"
#include "sandbox/builder/fs/rootfs.h"
#include "sandbox/builder/sandbox.h"

/* What all sandboxes are made with. */
struct site {
	struct cgroups cgroups;
	struct idmap_pool ids;
	struct staging staging;
	int init;		/* atoll-init; owned by the plan table, as is */
	const char *lxcfs;	/* where that is mounted */
	uint32_t network_range; /* see net_range.h */
};

/*
 * Start s: after 0 its child is on its way and init will say READY on s->link.
 * After -1 s holds whatever there is by then; demolish() takes it from there.
 * Never waits for the child.
 */
int assemble(struct site *site, struct sandbox *s, struct err *e);

#endif
