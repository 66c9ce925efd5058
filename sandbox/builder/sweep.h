/*
 * sweep.h - remove what an earlier life of the builder left behind.
 */
#ifndef ATOLL_BUILDER_SWEEP_H
#define ATOLL_BUILDER_SWEEP_H

#include <stdbool.h>

/* Empty and remove the groups of sandboxes in dir.  Waits, two seconds at
 * most: what is left then is logged. */
void sweep_groups(int dir, void (*kill_group)(int dir, const char *group));

bool sweep_host_has_swap(void);

#endif
