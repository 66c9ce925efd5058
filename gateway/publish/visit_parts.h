/*
 * visit_parts.h - what the files visit*.c have in common.	Process: publish.
 */
#ifndef ATOLL_PUBLISH_VISIT_PARTS_H
#define ATOLL_PUBLISH_VISIT_PARTS_H

#include "gateway/publish/visit.h"

/* A step that its life does not have is a defect of ours, and ends it. */
void visit_step(struct visit *v, enum visit_state next);

/* It is not idle: its time begins anew. */
void visit_touch(struct visit *v);

/* Is there a server at its other end? */
bool visit_is_joined(const struct visit *v);

void visit_close(const struct visit *v, struct visit_end *end);

/* Have epoll tell of what can be done now, and of nothing else. */
void visit_listen(struct visit *v);

/* --- answers of our own: the server is left --------------------------------- */

struct lines visit_begin_answer(struct visit *v);
void visit_say_written(struct visit *v, const struct lines *t);
void visit_say(struct visit *v, int status, const char *words);
void visit_say_status(struct visit *v, int status);

/* What can be told where the port is what the student has to mend. */
void visit_say_port(struct visit *v, int status, const char *what);

#define VISIT_SILENT                                                           \
	"nothing listens on port %u of this sandbox: start the server there,"  \
	" on localhost or on every address"

/* All is said. */
void visit_leave(struct visit *v);

/* --- what epoll tells of ------------------------------------------------------ */

void visit_read_request(struct visit *v);
void visit_connected(struct visit *v);
void visit_read_up(struct visit *v);
void visit_write_up(struct visit *v);
void visit_read_down(struct visit *v);
void visit_write_down(struct visit *v);

#endif
