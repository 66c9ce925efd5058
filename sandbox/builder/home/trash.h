/*
 * trash.h - homes whose removal a clock has decided.	Process: builder.
 *
 * They lie in homes/.trash as NAME.SECONDS, the time when they came there.  How
 * long, the monitor says: the builder believes no clock in this.
 */
#ifndef ATOLL_BUILDER_HOME_TRASH_H
#define ATOLL_BUILDER_HOME_TRASH_H

struct builder;
struct msg;
struct msg_trash_empty;

/* Move a home of the directory there; -1 with errno. */
int trash_put(int homes, const char *name);

/* React to HOME_RESTORE and TRASH_EMPTY. */
void trash_restore(struct builder *b, const struct msg *asked);
void trash_empty(struct builder *b, const struct msg_trash_empty *asked);

#endif
