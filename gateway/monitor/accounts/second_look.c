/* second_look.c - what depends on the wall clock is decided twice. */
#include "gateway/monitor/accounts/second_look.h"

bool
second_look(struct second_look *l, int64_t wall, uint64_t now_ms,
    uint64_t wait_ms, int64_t *come)
{
	bool is_first = !l->has_begun;

	/* The earliest time of a pair: a clock that was ahead at one of the two
	 * looks decides nothing. */
	*come = is_first || wall < l->wall ? wall : l->wall;
	if (!is_first && now_ms - l->at_ms < wait_ms) {
		l->wall = *come;
		return false;
	}
	*l = (struct second_look){ true, wall, now_ms };
	return !is_first || wait_ms == 0;
}
