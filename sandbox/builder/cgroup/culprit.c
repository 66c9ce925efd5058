/* culprit.c - which sandbox to end when the host runs short of memory. */
#include "sandbox/builder/cgroup/culprit.h"

#include "gateway/base/array.h"

#define GROWTH_LEAST (4ULL << 20)
#define HOST_PART    16 /* of the host that must be available */
#define KERNEL_PART  4	/* of the host that the kernel may have */

bool
culprit_is_wanted(const struct host_memory *h)
{
	return h->available < h->total / HOST_PART &&
	       h->kernel > h->total / KERNEL_PART;
}

static uint64_t
growth(uint64_t before, uint64_t now)
{
	return now > before + GROWTH_LEAST ? now - before : 0;
}

static uint64_t
grew_uncounted(const struct suspect *s)
{
	return growth(s->before.uncounted, s->now.uncounted);
}

static uint64_t
grew(const struct suspect *s)
{
	return growth(s->before.uncounted + s->before.counted,
	    s->now.uncounted + s->now.counted);
}

static uint64_t
holds_uncounted(const struct suspect *s)
{
	return growth(0, s->now.uncounted);
}

static uint64_t
holds(const struct suspect *s)
{
	return s->now.uncounted + s->now.counted;
}

static const struct {
	uint64_t (*measure)(const struct suspect *s);
	const char *why;
} reasons[] = {
	{ grew_uncounted, "grew most in memory that is not counted" },
	{ grew, "grew most" },
	{ holds_uncounted, "holds most memory that is not counted" },
	{ holds, "is the largest" },
};

bool
culprit_find(const struct suspect *at, size_t count, struct verdict *v)
{
	for (size_t r = 0; r < COUNT_OF(reasons); r++) {
		*v = (struct verdict){ .why = reasons[r].why };
		for (size_t i = 0; i < count; i++) {
			uint64_t bytes = reasons[r].measure(&at[i]);

			if (bytes <= v->bytes)
				continue;
			v->sandbox = at[i].sandbox;
			v->bytes = bytes;
		}
		if (v->bytes > 0)
			return true;
	}
	return false;
}
