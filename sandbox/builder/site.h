/*
 * site.h - what all sandboxes are made with.
 */
#ifndef ATOLL_BUILDER_SITE_H
#define ATOLL_BUILDER_SITE_H

#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/fs/idmap.h"
#include "sandbox/builder/fs/rootfs.h"
#include "sandbox/builder/plan.h"

struct site {
	struct cgroups cgroups;
	struct idmap_pool ids;
	struct staging staging;
	const struct plan_table *plans; /* in force; NULL before a load */
	int init;			/* atoll-init; owned by that, as is */
	const char *lxcfs;		/* where that is mounted */
	uint32_t network_range;		/* see net_range.h */
};

#endif
