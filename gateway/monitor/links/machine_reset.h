/*
 * machine_reset.h - a student has one machine of a seat made anew.  Process: monitor.
 *
 * The others of the seat, and all that runs on them, go on meanwhile.
 */
#ifndef ATOLL_MONITOR_LINKS_MACHINE_RESET_H
#define ATOLL_MONITOR_LINKS_MACHINE_RESET_H

#include "gateway/monitor/monitor.h"

/* May anything of that seat be made anew?  If not, its student is told why. */
bool machine_reset_may(struct seat *s, uint32_t serial);

/* React to SELF_RESET. */
void machine_reset(struct seat *s, struct msg *m);

#endif
