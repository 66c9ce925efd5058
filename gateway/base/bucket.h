/*
 * bucket.h - how often something may happen: some at once, then one each so
 * many milliseconds.
 */
#ifndef ATOLL_BASE_BUCKET_H
#define ATOLL_BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	unsigned left, max;
	int64_t each_ms, refilled_ms; /* of a clock that nobody sets */
};

/* Set up a full bucket. */
void bucket_fill(struct bucket *b, unsigned max, int64_t each_ms);

/* What the time since the last call has given. */
void bucket_refill(struct bucket *b, int64_t now_ms);

/* False when nothing is left. */
bool bucket_take(struct bucket *b, int64_t now_ms);

/* Milliseconds until one may be taken; 0 when one may be now. */
int64_t bucket_wait_ms(const struct bucket *b, int64_t now_ms);

#endif
