/*
 * visit.h - one connection of a browser's, and what becomes of it.  Process: publish.
 *
 * Its head is read whole, the monitor is asked, the sandbox's socket comes, and bytes go
 * both ways as they are.  All of it is a stranger's on one side and a student's on the
 * other: nothing of a body is understood here, and nothing waits for anybody.
 */
#ifndef ATOLL_PUBLISH_VISIT_H
#define ATOLL_PUBLISH_VISIT_H

#include "gateway/publish/visit_parts.h"

/* Takes fd over.  NULL without memory, or without room at the epoll. */
struct visit *visit_new(int epoll, int fd, const struct publish_url *u);
void visit_free(struct visit *v);

/* epoll says that of one of its sockets. */
void visit_ready(struct visit_end *end, uint32_t events);

/* The monitor's answers; takes fd over. */
void visit_opened(struct visit *v, int fd, const struct msg_publish_opened *m);
void visit_refused(struct visit *v, const struct msg_publish_refused *m);
void visit_entered(struct visit *v, const struct msg_publish_entered *m);

/* Does it have a part in what its sandbox can take? */
bool visit_is_begun(const struct visit *v);

/* Too many are at the same page. */
void visit_turn_away(struct visit *v);

/* It has lasted too long. */
void visit_overdue(struct visit *v);

#endif
