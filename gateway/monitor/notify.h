/* notify.h - tell the service manager how far we are.	Process: monitor. */
#ifndef ATOLL_MONITOR_NOTIFY_H
#define ATOLL_MONITOR_NOTIFY_H

/* "READY=1" or "STOPPING=1", see sd_notify(3).  Does nothing where nobody asked
 * to be told; does not block, and a failure is logged. */
void notify(const char *state);

#endif
