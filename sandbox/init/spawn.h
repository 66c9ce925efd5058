/*
 * spawn.h - start a process of the student's.
 */
#ifndef ATOLL_INIT_SPAWN_H
#define ATOLL_INIT_SPAWN_H

#include <sys/types.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/*
 * Start what ask says, as the plan's user; agent is the path of its agent's
 * socket, or empty.  Returns its pid, and in answer a
 * SPAWNED_PTY or SPAWNED_PIPES that owns the outer descriptors; its serial is
 * left to the caller.  -1: e->text
 * is a reason that a student understands, such as
 * "/bin/zsh: No such file or directory".  Waits for the exec.
 */
pid_t spawn(const struct msg_init_plan *plan, const struct msg_spawn *ask,
    const char *agent, struct msg *answer, struct err *e);

#endif
