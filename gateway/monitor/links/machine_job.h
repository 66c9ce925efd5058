/*
 * machine_job.h - what a seat's init has asked for one of its machines, while the
 * builder does it.  Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_MACHINE_JOB_H
#define ATOLL_MONITOR_LINKS_MACHINE_JOB_H

#include "gateway/monitor/monitor.h"

struct machine_job;

/* One for the request of that serial.  NULL: it cannot be now, and its student has been
 * told why. */
struct machine_job *machine_job_begin(struct seat *s, uint32_t serial);

/* Tell the student and free it; the seat may be gone.  reason: why it was not done; ""
 * when it was, of which done is said; NULL: nobody is told anything. */
void machine_job_end(struct machine_job *j, const char *reason,
    const char *done);

#endif
