/* wall_clock.c - has this host's clock jumped? */
#include "gateway/monitor/seats/wall_clock.h"

#define JUMP_S 60 /* less is a correction, or a machine that is busy */

int64_t
wall_clock_look(struct wall_clock *w, int64_t wall, uint64_t now_ms)
{
	int64_t passed = (int64_t)(now_ms - w->at_ms) / 1000;
	int64_t ahead = w->has_begun ? wall - w->wall - passed : 0;

	w->has_begun = true;
	w->wall = wall;
	w->at_ms = now_ms;
	if (ahead < JUMP_S)
		return 0;
	w->has_jumped = true;
	w->jumped_ms = now_ms;
	return ahead;
}

int64_t
wall_clock_grace(const struct wall_clock *w, uint64_t now_ms)
{
	int64_t since = (int64_t)(now_ms - w->jumped_ms) / 1000;

	return w->has_jumped && since < WALL_CLOCK_GRACE_S
		   ? WALL_CLOCK_GRACE_S - since
		   : 0;
}
