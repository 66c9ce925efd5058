/*
 * preflight.h - can this host do what a sandbox needs?
 *
 * Process: builder, at its start, and as "atoll check-host".
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_PREFLIGHT_H
#define ATOLL_BUILDER_HOSTCHECK_PREFLIGHT_H

#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/hostcheck/host_rows.h"

/* The kernel, by trying: needs no configuration.  Fills in where the cgroups
 * are, and changes nothing there. */
void preflight_kernel(struct cgroups *g, struct host_rows *f);

/* "v1", "v2" or "hybrid", once they were found. */
const char *preflight_mode(const struct cgroups *g);

/* What is not needed by its nature, but holds programs back on some hosts. */
void preflight_policy(struct host_rows *f);

/* Ids of others in the range that sandboxes have. */
void preflight_ids(struct host_rows *f);

/* Can the file system of that directory be shown with other ids?  0 or an
 * errno. */
int preflight_idmap(int dir);

#endif
