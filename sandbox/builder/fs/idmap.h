/*
 * idmap.h - which of the host's user ids a sandbox has.
 *
 * Each live sandbox has 65536 ids of its own, so that a process that broke out
 * of one would not belong to the files and processes of every other.
 */
#ifndef ATOLL_BUILDER_FS_IDMAP_H
#define ATOLL_BUILDER_FS_IDMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"

#define IDMAP_FIRST  1879048192U /* 0x70000000: far above any user's */
#define IDMAP_COUNT  65536U
#define IDMAP_RANGES 4095U /* up to just below 2^31 */

/* The free ranges, as a queue: the one given back last is taken last. */
struct idmap_pool {
	uint16_t range[IDMAP_RANGES];
	unsigned head, count;
};

void idmap_pool_init(struct idmap_pool *p);

/* The first id of a free range, or 0 when all are taken. */
uint32_t idmap_take(struct idmap_pool *p);

/* Take the range that begins with base; false: it is none, or not free. */
bool idmap_claim(struct idmap_pool *p, uint32_t base);

/* Give a range back; 0 is let through. */
void idmap_give(struct idmap_pool *p, uint32_t base);

/* Map 0..65535 of the process's new user namespace to base and up. */
int idmap_write(pid_t pid, uint32_t base, struct err *e);

#endif
