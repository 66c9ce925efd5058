/*
 * event_loop.h - a loop of libuv's, without io_uring.		Process: monitor.
 */
#ifndef ATOLL_MONITOR_EVENT_LOOP_H
#define ATOLL_MONITOR_EVENT_LOOP_H

#include <uv.h>

#include "gateway/base/err.h"

/* As uv_loop_init(), but libuv (1.45 and later) takes this kernel for one without
 * io_uring: what is asked for through a ring passes no seccomp filter, see
 * monitor_jail.h. */
int event_loop_init(uv_loop_t *loop, struct err *e);

#endif
