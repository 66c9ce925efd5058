/* notify.h - tell the service manager how far the gateway is. */
#ifndef ATOLL_SUPERVISOR_NOTIFY_H
#define ATOLL_SUPERVISOR_NOTIFY_H

/* "READY=1" or "STOPPING=1", see sd_notify(3).  Does nothing where nobody asked
 * to be told; does not block, and a failure is logged. */
void notify(const char *state);

#endif
