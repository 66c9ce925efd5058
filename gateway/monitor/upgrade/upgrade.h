/*
 * upgrade.h - the monitor that is installed now takes over.	Process: monitor.
 *
 * It is an exec in place, as is the builder's (sandbox/builder/upgrade/): this
 * process, its children and its descriptors stay, and what it knows goes along in
 * a file.  What is under way does not (obstacle.h).
 *
 * So first the builder tries whether the installed programs start, and what takes
 * long comes to its end, while all goes on.  Then nothing new is begun, and what is
 * under way comes to its end, in two seconds, or else all goes on for a while and it
 * is tried again.  When it is quiet the builder and we have the installed programs
 * read what they will get.  Until all of that went well nothing has changed; a reason
 * why not goes to the tool that asked, and the gateway goes on.
 */
#ifndef ATOLL_MONITOR_UPGRADE_UPGRADE_H
#define ATOLL_MONITOR_UPGRADE_UPGRADE_H

#include "gateway/monitor/links/client.h"

/* Begin it for this tool, which is told the end by UPGRADED: by us when it cannot
 * be, and by the next build otherwise.  patience as of ADMIN_UPGRADE. */
void upgrade_begin(struct monitor *m, struct client *c, uint32_t patience);

/* In the next build.  This tool waits, for an upgrade from that version. */
void upgrade_go_on(struct monitor *m, uint32_t client, const char *version);

/* The labs were loaded, or refused, and we serve: the tool is told. */
void upgrade_has_loaded(struct monitor *m);

#endif
