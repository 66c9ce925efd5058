/*
 * ulimit.h - a lab's ulimits: names and values of setrlimit(2).
 *						Process: monitor, loader.
 */
#ifndef ATOLL_LOADER_ULIMIT_H
#define ATOLL_LOADER_ULIMIT_H

#include <stdint.h>

#include "gateway/base/err.h"
#include "gateway/config/config.h"

struct ulimit {
	int resource;
	uint64_t soft, hard; /* RLIM_INFINITY: unlimited */
};

/* "nofile=512:1024" or "nofile=512"; -1 with what would be allowed. */
int ulimit_parse(const char *pair, struct ulimit *to, struct err *e);

/* All of them for a message; they were checked. */
void ulimits_list(const struct texts *pairs, struct numbers *to);

#endif
