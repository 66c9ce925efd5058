/*
 * host_look.h - looks at the gateway's host while a rehearsal runs.
 *
 * Process: atoll.  What cannot be read is not seen, and no finding.
 */
#ifndef ATOLL_ADMIN_REHEARSE_HOST_LOOK_H
#define ATOLL_ADMIN_REHEARSE_HOST_LOOK_H

#include "gateway/admin/rehearse/outcome.h"

struct host_watch {
	const char *state_dir;
	uint64_t busy, total; /* ticks of /proc/stat at the last look */
};

/* Look, so many seconds after the beginning. */
void host_look(struct host_watch *w, struct host_seen *seen, double at_s);

#endif
