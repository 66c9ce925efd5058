/*
 * painter_server.h - the fork server of painter.h.	Process: its own.
 */
#ifndef ATOLL_RECORDER_PAINTER_SERVER_H
#define ATOLL_RECORDER_PAINTER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/confine.h"

#define PAINTINGS_MAX 4 /* at the same time */

/* A packet to it, with the descriptors of snapshot_process.h: three, or with a base
 * four; and its answer. */
struct painter_order {
	uint32_t number;
	bool has_base;
};

struct painter_result {
	uint32_t number;
	int32_t status; /* of wait(2) */
};

/* Confined as c says, if it does, serve the socket until it is closed. */
int painter_server(int sock, const struct confinement *c, struct err *e);

#endif
