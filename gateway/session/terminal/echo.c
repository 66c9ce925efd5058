/* echo.c - how long a key takes to what the program made of it. */
#include "gateway/session/terminal/echo.h"

#include <string.h>

#define KEY_BYTES 8	  /* of the longest key; more was pasted */
#define ANSWER_US 1000000 /* what comes later was not for the key */

void
echo_typed(struct echoes *e, size_t bytes, int64_t now_us)
{
	e->typed_us = bytes <= KEY_BYTES ? now_us : 0;
}

void
echo_shown(struct echoes *e, int64_t now_us)
{
	int64_t us = now_us - e->typed_us;

	if (e->typed_us == 0)
		return;
	e->typed_us = 0;
	if (us > ANSWER_US)
		return;
	e->untold[metric_bucket(METRIC_UNIT_US, (uint64_t)us)]++;
	e->untold[METRIC_SUM] += (uint64_t)us;
	e->us[e->next] = (uint32_t)us;
	e->next = (e->next + 1) % ECHOES_MAX;
	if (e->count < ECHOES_MAX)
		e->count++;
}

uint32_t
echo_median(const struct echoes *e)
{
	uint32_t sorted[ECHOES_MAX];

	for (unsigned i = 0; i < e->count; i++) {
		unsigned at = i;

		for (; at > 0 && sorted[at - 1] > e->us[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = e->us[i];
	}
	return e->count == 0 ? 0 : sorted[e->count / 2];
}
