/* refused.c - what the sandboxes were refused. */
#include "gateway/net/refused.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/clock.h"
#include "gateway/base/rtnl.h"
#include "gateway/net/links.h"
#include "gateway/net/names.h"
#include "gateway/net/nftlist.h"
#include "gateway/net/rules.h"
#include "gateway/net/seats.h"

#define EACH_MS	  300 /* between two times that it is read */
#define NOTED_MAX 16  /* that are told of a sandbox: the newest */

/* What is known of a sandbox that was asked for. */
struct net_refused {
	uint64_t counted[3]; /* in the order of sets[] */
	struct nftlisted noted[NOTED_MAX];
	unsigned count;
};

static const struct {
	const char *name;
	bool is_noted;
} sets[] = {
	{ RULES_REFUSED, false },
	{ RULES_TOO_FAST, false },
	{ RULES_TOO_MANY, false },
	{ RULES_PORTS, true },
	{ RULES_OTHERS, true },
};

int
refused_ask(struct net *n, uint32_t number, struct err *e)
{
	struct net_seat *s = seats_find(n, number);

	/* The builder has said NET_END of it, or never had it. */
	if (s == NULL || s->refused != NULL)
		return 0;
	s->refused = calloc(1, sizeof(*s->refused));
	if (s->refused == NULL)
		return err_set(e, ENOMEM, "NET_REFUSALS");
	n->asked++;
	return 0;
}

void
refused_forget(struct net *n, struct net_seat *s)
{
	if (s->refused == NULL)
		return;
	free(s->refused);
	s->refused = NULL;
	n->asked--;
}

int
refused_wait(const struct net *n)
{
	int64_t left = n->refused_ms + EACH_MS - clock_ms();

	if (n->asked == 0 || !n->has_begun)
		return -1;
	return left > 0 ? (int)left : 0;
}

/* --- what the kernel has ------------------------------------------------------ */

/* The newest first, and no more than there is room for. */
static void
note(struct net_refused *r, const struct nftlisted *l)
{
	unsigned at = r->count;

	while (at > 0 && r->noted[at - 1].expires < l->expires)
		at--;
	if (at == NOTED_MAX)
		return;
	if (r->count < NOTED_MAX)
		r->count++;
	memmove(&r->noted[at + 1], &r->noted[at],
	    (r->count - at - 1) * sizeof(r->noted[0]));
	r->noted[at] = *l;
}

static int
read_set(struct net *n, size_t which, struct err *e)
{
	const char *at = rules_list(n, sets[which].name, e);
	struct net_seat *s;
	struct nftlisted l;

	if (at == NULL)
		return -1;
	while ((at = nftlist_next(at, &l)) != NULL) {
		s = seats_find(n, l.number);
		if (s == NULL || s->refused == NULL)
			continue;
		if (sets[which].is_noted)
			note(s->refused, &l);
		else
			s->refused->counted[which] = l.packets;
	}
	return 0;
}

/* --- the answer --------------------------------------------------------------- */

static int
tell(struct net *n, struct net_seat *s, struct err *e)
{
	const struct net_refused *r = s->refused;
	char name[LINK_NAME_SIZE];
	char names[NAME_TROUBLES_TOLD * HOST_NAME_SIZE];
	struct err ignored;
	struct msg m;

	link_name(s->number, name);
	MSG_NEW(&m, NET_REFUSALS, net_refusals);
	m.net_refusals.number = s->number;
	m.net_refusals.refused = r->counted[0];
	m.net_refusals.too_fast = r->counted[1];
	m.net_refusals.too_many = r->counted[2];
	/* Its interface may have gone already. */
	if (rtnl_dropped(n->rtnl, rtnl_index(name), &m.net_refusals.dropped,
		&ignored) == -1)
		m.net_refusals.dropped = 0;
	for (unsigned i = 0; i < r->count; i++) {
		const struct refusal_noted noted = { .address =
							 r->noted[i].address,
			.protocol = (uint8_t)r->noted[i].protocol,
			.port = (uint16_t)r->noted[i].port };

		m.net_refusals.noted.at[i] = refusal_pack(&noted);
		m.net_refusals.times.at[i] = r->noted[i].packets;
	}
	m.net_refusals.names = strings_in(names, sizeof(names));
	names_troubles(s, &m.net_refusals);
	m.net_refusals.noted.count = m.net_refusals.times.count = r->count;
	return chan_send(&n->builder, &m, e);
}

int
refused_answer(struct net *n, struct err *e)
{
	struct net_seat *s;

	if (refused_wait(n) != 0)
		return 0;
	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		if (read_set(n, i, e) == -1)
			return -1;
	}
	n->refused_ms = clock_ms();
	LIST_FOREACH(s, &n->seats, all) {
		if (s->refused == NULL)
			continue;
		if (tell(n, s, e) == -1)
			return -1;
		refused_forget(n, s);
	}
	return 0;
}

/* --- in all ------------------------------------------------------------------- */

int
refused_in_all(struct net *n, const struct net_seat *s, const char *lab,
    struct err *e)
{
	struct nftlisted l[3] = { { .number = 0 } };
	struct err unread;
	const char *at = s->has_rules ? rules_counts(n, s, &unread) : NULL;
	struct msg m;

	for (size_t i = 0; at != NULL && i < COUNT_OF(l); i++)
		at = nftlist_next(at, &l[i]);
	if (l[0].packets == 0 && l[1].packets == 0 && l[2].packets == 0)
		return 0;
	MSG_NEW(&m, NET_ENDED, net_ended);
	text_copy(m.net_ended.lab, NAME_SIZE, lab);
	m.net_ended.refused = l[0].packets;
	m.net_ended.too_fast = l[1].packets;
	m.net_ended.too_many = l[2].packets;
	return chan_send(&n->builder, &m, e);
}
