/*
 * hierarchy.h - where this host has its cgroup controllers.
 *
 * Pure: it reads the text of /proc/self/mountinfo and /proc/self/cgroup that it
 * is given.
 */
#ifndef ATOLL_BUILDER_CGROUP_HIERARCHY_H
#define ATOLL_BUILDER_CGROUP_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>

#define HIERARCHY_PATH_SIZE 256

enum controller {
	CONTROLLER_MEMORY,
	CONTROLLER_CPU,
	CONTROLLER_PIDS,
	CONTROLLER_CPUACCT, /* v1 only, and not needed for any limit */
	CONTROLLER_CPUSET,  /* for labs that need it, see cpuset.c */
	CONTROLLER_FREEZER, /* v1 only, see freezer.c */
	CONTROLLER_COUNT
};

/* One mounted cgroup file system. */
struct hierarchy {
	char path[HIERARCHY_PATH_SIZE];
	unsigned controllers; /* bit n: enum controller n is in it */
	bool is_v2;
};

const char *controller_name(enum controller c);

/* The controllers in a list such as "rw,cpu,cpuacct" or "cpu io memory". */
unsigned controllers_parse(const char *list);

/*
 * Read one line of mountinfo: true when it is a cgroup mount that shows the
 * whole hierarchy.  The controllers of a v2 mount are not in the line: they
 * are left 0.
 */
bool hierarchy_parse(const char *line, struct hierarchy *h);

/* The path in "0::/path" among the lines of /proc/self/cgroup; false when
 * there is none or it does not fit. */
bool hierarchy_own_path(const char *text, char *path, size_t size);

#endif
