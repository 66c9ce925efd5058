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

/* It is there, at this descriptor: a monitor before us, which crashed, made it. */
int control_take(struct monitor *m, gid_t group, int fd, struct err *e);

int control_fd(const struct monitor *m);

/* As a row of the monitor's says; and taken over from the build before, which had
 * it at this descriptor. */
void control_save(const struct monitor *m, struct msg_state_monitor *row);
int control_restore(struct monitor *m, const struct msg_state_monitor *row,
    int fd, struct err *e);

/* Serve a command of staff's on this link, with the rights of the connection's
 * account.  Takes fd over, also when it fails. */
int control_serve_staff(struct monitor *m, int fd, const struct conn *c,
    struct err *e);

/* Serve a wall of that lab, with the rights of that account of staff, or the
 * administrator's where it is empty.  Takes fd over, also when it fails. */
int control_serve_wall(struct monitor *m, int fd, const char *lab,
    const char *staff, struct err *e);

/* Serve the command that makes the report of that lab, which may ask for nothing else.
 * Takes fd over, also when it fails. */
int control_serve_report(struct monitor *m, int fd, const char *lab,
    struct err *e);

void control_close(struct monitor *m);
void control_free(struct monitor *m);

#endif
