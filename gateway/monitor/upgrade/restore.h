/*
 * restore.h - what the monitor of the build before knew.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_UPGRADE_RESTORE_H
#define ATOLL_MONITOR_UPGRADE_RESTORE_H

#include "gateway/monitor/monitor.h"

/* What main() goes on with. */
struct restored {
	int supervisor, builder, keys; /* our ends of links; keys may be -1 */
	uint32_t client;	       /* number of the tool that waits, or 0 */
	char version[TEXT_SIZE];
};

/* Take all that is in the file.  m is as main() makes it before it opens anything,
 * and has zygotes and admission.  -1: it cannot be; m holds some of it, and the
 * process is to end without letting that go. */
int restore_state(struct monitor *m, int state, struct restored *to,
    struct err *e);

#endif
