/*
 * child.h - from init's fork to the student's program.
 */
#ifndef ATOLL_INIT_CHILD_H
#define ATOLL_INIT_CHILD_H

#include "gateway/shared/msg.h"

/*
 * Become the student and exec, see spawn().  stdio: with a pty only stdio[0], its slave.
 * report is close-on-exec; the reason of a failure is written there.
 */
_Noreturn void child_run(const struct msg_init_plan *plan,
    const struct msg_spawn *ask, const char *agent, const int stdio[3],
    int report);

#endif
