/* seats.c - the sandboxes that have a network. */
#include "gateway/net/seats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "gateway/net/labs.h"

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

static int
read_lab(struct net_lab *l, const struct msg_net_seat *m, struct err *e)
{
	const char *name = NULL;

	*l = (struct net_lab){ .connections = m->connections,
		.new_per_second = m->new_per_second };
	for (uint32_t i = 0; i < m->egress.count && i < EGRESS_MAX; i++) {
		if (!egress_unpack(&l->allow[l->allow_count++],
			m->egress.at[i]))
			return err_set(e, EPROTO, "egress of seat %" PRIu32,
			    m->number);
	}
	while ((name = strings_next(&m->names, name)) != NULL) {
		if (l->name_count == EGRESS_MAX ||
		    egress_name_parse(&l->names[l->name_count++], name, e) ==
			-1)
			return err_set(e, EPROTO, "names of seat %" PRIu32,
			    m->number);
	}
	return 0;
}

int
seats_add(struct net *n, const struct msg_net_seat *m, struct err *e)
{
	struct net_lab like;
	struct net_seat *s;

	if (m->number == 0 || seats_find(n, m->number) != NULL ||
	    m->connections == 0 || m->new_per_second == 0 || m->rate == 0)
		return err_set(e, EPROTO, "seat %" PRIu32, m->number);
	if (read_lab(&like, m, e) == -1)
		return -1;
	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->lab = labs_take(n, &like)) == NULL) {
		free(s);
		return err_set(e, ENOMEM, "seat");
	}
	s->number = m->number;
	s->address = m->address;
	s->rate = m->rate;
	LIST_INSERT_HEAD(&n->seats, s, all);
	return 0;
}

void
seats_remove(struct net_seat *s)
{
	LIST_REMOVE(s, all);
	labs_release(s->lab);
	free(s);
}
