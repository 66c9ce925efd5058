/*
 * cluster.h - characters that are more than one code point, as one of them.
 *
 * The emulator keeps one code point a cell.  So what has combining marks goes in
 * as a code point of planes that nobody uses, and comes out as it was.
 *
 * Pure.
 */
#ifndef ATOLL_SCREEN_CLUSTER_H
#define ATOLL_SCREEN_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLUSTERS_MAX  4096 /* different ones; a power of two */
#define CLUSTER_BYTES 32   /* of UTF-8, with a NUL: marks beyond it are lost */

/* All zero: none yet. */
struct clusters {
	unsigned count;
	char text[CLUSTERS_MAX][CLUSTER_BYTES];
};

/* Would that code point be taken for one of ours? */
bool cluster_is_alias(uint32_t code);

/* The code point for a text that takes one column, or two; 0 when there are too
 * many. */
uint32_t cluster_alias(struct clusters *all, const char *text, bool is_wide);

/* The text of a code point that cluster_alias() gave; NULL: it gave none such. */
const char *cluster_text(const struct clusters *all, uint32_t code);

#endif
