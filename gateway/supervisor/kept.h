/*
 * kept.h - descriptors that outlive a monitor.		Process: supervisor.
 */
#ifndef ATOLL_SUPERVISOR_KEPT_H
#define ATOLL_SUPERVISOR_KEPT_H

#include "gateway/wire/chan.h"

struct kept_fds {
	size_t count;
	struct {
		enum kept_kind kind;
		int fd; /* owned */
	} at[KEPT_MAX];
};

/* Takes fd over.  -1: there are too many, or that is no kind. */
int kept_add(struct kept_fds *k, uint32_t kind, int fd, struct err *e);

/* Tell a monitor of them by STILL_OPEN; blocks. */
int kept_tell(const struct kept_fds *k, const struct chan *monitor,
    struct err *e);

void kept_close(struct kept_fds *k);

#endif
