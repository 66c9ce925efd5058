/* bucket.c - how often something may happen. */
#include "gateway/base/bucket.h"

void
bucket_fill(struct bucket *b, unsigned max, int64_t each_ms)
{
	*b = (struct bucket){ .left = max, .max = max, .each_ms = each_ms };
}

void
bucket_refill(struct bucket *b, int64_t now_ms)
{
	int64_t more;

	if (b->left == b->max)
		b->refilled_ms = now_ms;
	more = (now_ms - b->refilled_ms) / b->each_ms;
	if (more <= 0)
		return;
	b->refilled_ms += more * b->each_ms;
	b->left = more >= (int64_t)(b->max - b->left)
		      ? b->max
		      : b->left + (unsigned)more;
}

bool
bucket_take(struct bucket *b, int64_t now_ms)
{
	bucket_refill(b, now_ms);
	if (b->left == 0)
		return false;
	b->left--;
	return true;
}

int64_t
bucket_wait_ms(const struct bucket *b, int64_t now_ms)
{
	int64_t ms = b->refilled_ms + b->each_ms - now_ms;

	if (b->left > 0)
		return 0;
	return ms > 0 ? ms : 0;
}
