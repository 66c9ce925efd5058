/*
 * setup.h - the lab's setup: before the student enters.
 */
#ifndef ATOLL_INIT_SETUP_H
#define ATOLL_INIT_SETUP_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/*
 * Run it and wait for its end; a lab that has none is fine.  signals is the
 * signalfd of SIGCHLD; when the lifeline says anything there is nobody to
 * prepare for.  -1: e->text is for the student and the log.  What it left
 * running in the background runs on.
 */
int setup_run(const struct msg_init_plan *plan, int lifeline, int signals,
    struct err *e);

#endif
