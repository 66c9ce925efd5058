/*
 * announce_store.h - announcements in atoll.db.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_ANNOUNCE_STORE_H
#define ATOLL_MONITOR_SEATS_ANNOUNCE_STORE_H

#include "gateway/base/name.h"
#include "gateway/monitor/accounts/db.h"

/* What was said, when, and to whom. */
struct announced {
	int64_t number;
	int64_t said;		 /* seconds since the epoch */
	char *labs;		 /* words; "" for all */
	char account[NAME_SIZE]; /* "" for everybody there */
	char *text;		 /* with who said it */
};

/* All zero: none. */
struct name_list {
	char (*names)[NAME_SIZE]; /* owned */
	size_t count;
};

/* -1 without memory.  A name that is there is not added again. */
int name_list_add(struct name_list *l, const char *name);
int name_list_copy(struct name_list *to, const struct name_list *from);
bool name_list_has(const struct name_list *l, const char *name);

/* With texts of its own; -1 without memory, and then it has none. */
int announced_copy(struct announced *to, const struct announced *from);
void announced_free(struct announced *a);

/* Its row, if there is none, and who has seen it; what is more than so many seconds
 * older is removed.  On the writer's thread. */
int announced_write(struct db *db, const struct announced *what,
    const struct name_list *seen, int64_t seconds, struct err *e);

/* Those that were said after that, in their order; then who has seen them. */
int announced_read(struct db *db, int64_t after,
    int (*take)(void *self, const struct announced *what, struct err *e),
    int (*take_seen)(void *self, int64_t number, const char *account,
	struct err *e),
    void *self, struct err *e);

#endif
