/* limit.c - how many strangers may be at the door. */
#include "gateway/monitor/limit.h"

#include <stddef.h>

static bool
is_stranger(const struct conn *c)
{
	return c->state == CONN_AUTH || c->state == CONN_CHECKING;
}

unsigned
limit_unauthenticated(const struct registry *r)
{
	unsigned n = 0;
	struct conn *c;

	TAILQ_FOREACH(c, &r->conns, all)
	n += is_stranger(c);
	return n;
}

static unsigned
strangers_of(const struct registry *r, const struct address *who)
{
	unsigned n = 0;
	struct conn *c;

	TAILQ_FOREACH(c, &r->conns, all)
	n += is_stranger(c) && address_is_same_who(&c->peer, who);
	return n;
}

enum limit_verdict
limit_newcomer(const struct registry *r, int64_t max,
    const struct address *newcomer, struct conn **victim)
{
	unsigned most = 0;
	struct conn *c;

	*victim = NULL;
	if (limit_unauthenticated(r) < max)
		return LIMIT_ADMIT;
	/* Oldest first, so the first of the heaviest address is its oldest. */
	TAILQ_FOREACH(c, &r->conns, all)
	{
		unsigned n = is_stranger(c) ? strangers_of(r, &c->peer) : 0;

		if (n > most) {
			most = n;
			*victim = c;
		}
	}
	if (*victim == NULL ||
	    address_is_same_who(&(*victim)->peer, newcomer) ||
	    strangers_of(r, newcomer) + 1 >= most)
		return LIMIT_REFUSE;
	return LIMIT_REPLACE;
}
