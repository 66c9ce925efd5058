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

/* As a row of the monitor's says; and taken over from the build before, which had
 * it at this descriptor. */
void control_save(const struct monitor *m, struct msg_state_monitor *row);
int control_restore(struct monitor *m, const struct msg_state_monitor *row,
    int fd, struct err *e);

void control_close(struct monitor *m);
void control_free(struct monitor *m);

#endif
