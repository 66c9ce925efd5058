/* seat_state.c - how far this connection's seat is. */
#include "gateway/session/seat_state.h"

#define TO(state) (1u << (state))
static const struct {
	const char *name;
	unsigned next;
} steps[SEAT_STATES] = {
	[SEAT_NONE] = { "none", TO(SEAT_LISTING) | TO(SEAT_OPENING) },
	[SEAT_LISTING] = { "listing",
	    TO(SEAT_NONE) | TO(SEAT_CHOOSING) | TO(SEAT_OPENING) },
	[SEAT_CHOOSING] = { "choosing", TO(SEAT_NONE) | TO(SEAT_OPENING) },
	/* A refusal leads back to the menu of who came from it. */
	[SEAT_OPENING] = { "opening", TO(SEAT_NONE) | TO(SEAT_CHOOSING) |
					  TO(SEAT_QUEUED) | TO(SEAT_TAKEN) },
	[SEAT_QUEUED] = { "queued",
	    TO(SEAT_NONE) | TO(SEAT_CHOOSING) | TO(SEAT_TAKEN) },
	[SEAT_TAKEN] = { "taken", TO(SEAT_NONE) },
};

void
seat_step(struct session *s, enum seat_state next)
{
	if ((steps[s->seat.state].next & TO(next)) == 0) {
		session_refuse_step(s, "seat", steps[s->seat.state].name,
		    steps[next].name);
		return;
	}
	s->seat.state = next;
}
