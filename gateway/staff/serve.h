/*
 * serve.h - run commands for as long as the monitor is there.
 *							Process: staff.
 */
#ifndef ATOLL_STAFF_SERVE_H
#define ATOLL_STAFF_SERVE_H

#include "gateway/base/err.h"

/* Until the link closes; the commands that run then end by themselves, since their
 * links close, too.  -1: it cannot begin, or the monitor is of another build. */
int staff_serve(int link, struct err *e);

#endif
