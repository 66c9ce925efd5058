/*
 * buffers.h - what sockets of sandboxes may hold, and what the host allows.
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_BUFFERS_H
#define ATOLL_BUILDER_HOSTCHECK_BUFFERS_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/builder/hostcheck/demand.h"
#include "sandbox/builder/hostcheck/host_rows.h"

/* Rows for TCP's memory, and for the buffers that one socket may ask for. */
void buffers_check(const struct demand *d, struct host_rows *f);

/* Pages of buffers that a sandbox with that much memory may fill: with control
 * groups v2 all of it, with v1 a quarter, which counts beside it. */
uint64_t buffers_pages(uint64_t memory, bool is_v2, uint64_t page);

/* A row for net.core.rmem_max or wmem_max, which is max bytes, where the
 * smallest lab has that much memory. */
void buffers_row(struct host_rows *f, const char *what, const char *sysctl,
    uint64_t max, uint64_t memory);

#endif
