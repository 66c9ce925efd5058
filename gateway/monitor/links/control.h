/*
 * control.h - run_dir/admin.sock, for the administrator's tool.
 *						Process: monitor.
 *
 * Root and the members of the monitor's group may connect; the socket's mode
 * says so and the peer's credentials are checked again.
 */
#ifndef ATOLL_MONITOR_LINKS_CONTROL_H
#define ATOLL_MONITOR_LINKS_CONTROL_H

#include "gateway/monitor/monitor.h"

/* Make the socket, as root. */
int control_open(struct monitor *m, gid_t group, struct err *e);

void control_close(struct monitor *m);
void control_free(struct monitor *m);

#endif
