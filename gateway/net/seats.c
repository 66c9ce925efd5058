/* seats.c - the sandboxes that have a network. */
#include "gateway/net/seats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "gateway/base/scope.h"

struct net_seat *
seats_find(const struct net *n, uint32_t number)
{
	struct net_seat *s;

	LIST_FOREACH(s, &n->seats, all) {
		if (s->number == number)
			return s;
	}
	return NULL;
}

int
seats_add(struct net *n, const struct msg_net_seat *m, struct err *e)
{
	FREES struct net_seat *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_set(e, ENOMEM, "seat");
	if (m->number == 0 || seats_find(n, m->number) != NULL ||
	    m->connections == 0 || m->new_per_second == 0 || m->rate == 0)
		return err_set(e, EPROTO, "seat %" PRIu32, m->number);
	s->number = m->number;
	s->address = m->address;
	s->rate = m->rate;
	s->connections = m->connections;
	s->new_per_second = m->new_per_second;
	for (uint32_t i = 0; i < m->egress.count && i < EGRESS_MAX; i++) {
		if (!egress_unpack(&s->allow[s->allow_count++],
			m->egress.at[i]))
			return err_set(e, EPROTO, "egress of seat %" PRIu32,
			    m->number);
	}
	LIST_INSERT_HEAD(&n->seats, s, all);
	s = NULL; /* the list has it */
	return 0;
}

void
seats_remove(struct net *n, struct net_seat *s)
{
	(void)n;
	LIST_REMOVE(s, all);
	free(s);
}
