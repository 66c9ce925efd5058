/* lab_routes.c - how machines of a seat reach the networks that they are not on. */
#include "gateway/loader/lab_routes.h"

/* What is known while the networks are walked, nearest first; sets have a bit for each
 * network. */
struct walk {
	const struct lab *lab;
	unsigned known, found; /* at last, and one router further */
	struct lan_route way[LAN_NETWORKS_MAX]; /* via 0: m is there itself */
	size_t first[LAN_NETWORKS_MAX]; /* the place of that first router */
};

static unsigned
bit_of(const struct lan_link *l)
{
	return 1U << l->network;
}

/* The router at that place is on both.  The first step is the same as to the near one,
 * which for a network of ours is the router itself. */
static void
find_by(struct walk *w, size_t router, const struct lan_link *near,
    const struct lan_link *far)
{
	const struct lan_network *n = &w->lab->networks[far->network];
	struct lan_route way = w->way[near->network];
	size_t first = way.via == 0 ? router : w->first[near->network];

	if ((w->found & bit_of(far)) != 0 && w->first[far->network] <= first)
		return;
	if (way.via == 0)
		way.via = near->address;
	way.to = n->first;
	way.bits = n->bits;
	w->way[far->network] = way;
	w->first[far->network] = first;
	w->found |= bit_of(far);
}

static void
step_by(struct walk *w, size_t router, const struct lan_link *near)
{
	const struct machine *r = &w->lab->machines[router];

	for (size_t i = 0; i < r->link_count; i++) {
		if ((w->known & bit_of(&r->link[i])) == 0)
			find_by(w, router, near, &r->link[i]);
	}
}

/* The networks that are one router further than these. */
static unsigned
step(struct walk *w, unsigned from)
{
	w->found = 0;
	for (size_t i = 0; i < w->lab->machine_count; i++) {
		const struct machine *r = &w->lab->machines[i];

		for (size_t k = 0; r->router != 0 && k < r->link_count; k++) {
			if ((from & bit_of(&r->link[k])) != 0)
				step_by(w, i, &r->link[k]);
		}
	}
	w->known |= w->found;
	return w->found;
}

void
lab_routes_find(const struct lab *lab, struct machine *m)
{
	struct walk w = { .lab = lab };
	unsigned own, at;

	for (size_t i = 0; i < m->link_count; i++) {
		w.known |= bit_of(&m->link[i]);
		w.way[m->link[i].network] =
		    (struct lan_route){ .link = (uint32_t)i };
	}
	own = at = w.known;
	while (at != 0)
		at = step(&w, at);
	m->route_count = 0;
	for (size_t i = 0; i < lab->network_count; i++) {
		if ((w.known & ~own & 1U << i) != 0)
			m->route[m->route_count++] = w.way[i];
	}
}
