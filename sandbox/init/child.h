/*
 * child.h - from init's fork to the student's program.
 */
#ifndef ATOLL_INIT_CHILD_H
#define ATOLL_INIT_CHILD_H

#include "gateway/wire/msg.h"

/*
 * Become the student and exec, see spawn_begin().  stdio: with a pty only stdio[0], its slave.
 * report is close-on-exec; the reason of a failure is written there.
 */
_Noreturn void child_run(const struct msg_init_plan *plan,
    const struct msg_spawn *ask, const char *agent, const int stdio[3],
    int report);

/*
 * Become a program of the lab's, as root of the sandbox: in a session of its
 * own, with out as its stdout and stderr, which tell the reason of a failure.
 */
_Noreturn void child_run_program(const struct msg_init_plan *plan,
    enum lab_program which, int out);

#endif
