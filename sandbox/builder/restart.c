/* restart.c - how long until a program that was lost is started anew. */
#include "sandbox/builder/restart.h"

#define PAUSE_MS     100
#define PAUSE_MAX_MS 30000
#define STEADY_MS    60000

int
restart_pause(struct restart *r, int64_t now_ms)
{
	if (r->pause_ms == 0 || now_ms - r->started_ms > STEADY_MS)
		r->pause_ms = PAUSE_MS;
	else if (r->pause_ms < PAUSE_MAX_MS / 2)
		r->pause_ms *= 2;
	else
		r->pause_ms = PAUSE_MAX_MS;
	return r->pause_ms;
}
