/*
 * save.h - all that the monitor knows, as rows of a file.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_UPGRADE_SAVE_H
#define ATOLL_MONITOR_UPGRADE_SAVE_H

#include "gateway/monitor/links/client.h"

struct saved {
	int state;  /* the file, see state_file.h */
	int config; /* the configuration, which it names */
};

/* For when obstacle_find() finds nothing.  What is in *to survives an exec from now
 * on, as do all descriptors that the rows name; asks is the tool that waits for
 * the upgrade, or NULL.  -1: not all could be written.  save_undo() in both
 * cases. */
int save_state(struct monitor *m, const struct client *asks, struct saved *to,
    struct err *e);

/* Close the two, and no other descriptor survives an exec any more. */
void save_undo(struct saved *s);

#endif
