/* network_refused.c - what sandboxes were refused on their network. */
#include "sandbox/builder/network_refused.h"

#include <string.h>

#define EACH_MAX 4 /* that may wait for one sandbox */

static void
refuse(struct builder *b, uint32_t serial, const char *reason)
{
	struct msg m;

	MSG_NEW(&m, REFUSALS, refusals);
	m.serial = serial;
	text_copy(m.refusals.reason, TEXT_SIZE, reason);
	tell_monitor(b, &m);
}

/* False: too many wait, in all or for that sandbox. */
static bool
keep(struct network *n, uint32_t serial, uint32_t number)
{
	struct network_ask *room = NULL;
	unsigned same = 0;

	for (size_t i = 0; i < NETWORK_ASKS_MAX; i++) {
		if (n->asks[i].number == 0)
			room = &n->asks[i];
		same += n->asks[i].number == number;
	}
	if (room == NULL || same >= EACH_MAX)
		return false;
	*room = (struct network_ask){ serial, number };
	return true;
}

bool
network_refused_ask(struct builder *b, const struct msg *asked,
    uint32_t *number)
{
	struct network *n = &b->network;
	const struct sandbox *s =
	    sandbox_find(&b->sandboxes, asked->refusals_get.sandbox);

	if (s == NULL || s->network == 0)
		refuse(b, asked->serial, "this sandbox has no network");
	else if (n->link.fd == -1)
		refuse(b, asked->serial,
		    "the network's program is being started anew: ask again"
		    " in a moment");
	else if (!keep(n, asked->serial, s->network))
		refuse(b, asked->serial,
		    "too many ask at once: ask again in a moment");
	else {
		*number = s->network;
		return true;
	}
	return false;
}

void
network_refused_told(struct builder *b, const struct msg *told)
{
	const struct msg_net_refusals *from = &told->net_refusals;
	struct network_ask *asks = b->network.asks;
	struct msg m;

	MSG_NEW(&m, REFUSALS, refusals);
	m.refusals.refused = from->refused;
	m.refusals.too_fast = from->too_fast;
	m.refusals.too_many = from->too_many;
	m.refusals.dropped = from->dropped;
	m.refusals.noted = from->noted;
	m.refusals.times = from->times;
	m.refusals.names = from->names;
	m.refusals.troubles = from->troubles;
	m.refusals.name_times = from->name_times;
	for (size_t i = 0; i < NETWORK_ASKS_MAX; i++) {
		if (asks[i].number == 0 || asks[i].number != from->number)
			continue;
		asks[i].number = 0;
		m.serial = asks[i].serial;
		tell_monitor(b, &m);
	}
}

void
network_refused_failed(struct builder *b, uint32_t number, const char *reason)
{
	struct network_ask *asks = b->network.asks;

	for (size_t i = 0; i < NETWORK_ASKS_MAX; i++) {
		if (asks[i].number == 0 ||
		    (number != 0 && asks[i].number != number))
			continue;
		asks[i].number = 0;
		refuse(b, asks[i].serial, reason);
	}
}

void
network_refused_in_all(struct builder *b, const struct msg *told)
{
	const struct msg_net_ended *from = &told->net_ended;
	struct msg m;

	MSG_NEW(&m, REFUSED_IN_ALL, refused_in_all);
	text_copy(m.refused_in_all.lab, NAME_SIZE, from->lab);
	m.refused_in_all.refused = from->refused;
	m.refused_in_all.too_fast = from->too_fast;
	m.refused_in_all.too_many = from->too_many;
	tell_monitor(b, &m);
}
