/*
 * link_switch.h - the lab's check pulls a machine's cable, or puts it back.
 * Process: monitor.
 *
 * That it is the check who asks is what its init says: one that was taken over can
 * switch what is of its own seat, and nothing else.
 */
#ifndef ATOLL_MONITOR_LINKS_LINK_SWITCH_H
#define ATOLL_MONITOR_LINKS_LINK_SWITCH_H

#include "gateway/monitor/monitor.h"

/* React to SELF_LINK. */
void link_switch(struct seat *s, struct msg *m);

#endif
