/* labs.c - what sandboxes of one lab share: its list, and the rules made of it. */
#include "gateway/net/labs.h"

#include <stdlib.h>
#include <string.h>

static bool
is_like(const struct net_lab *l, const struct net_lab *like)
{
	if (l->connections != like->connections ||
	    l->new_per_second != like->new_per_second ||
	    l->allow_count != like->allow_count ||
	    l->name_count != like->name_count)
		return false;
	for (unsigned i = 0; i < l->name_count; i++) {
		const struct egress_name *a = &l->names[i],
					 *b = &like->names[i];

		if (a->port != b->port || a->is_wild != b->is_wild ||
		    strcmp(a->name, b->name) != 0)
			return false;
	}
	for (unsigned i = 0; i < l->allow_count; i++) {
		if (egress_pack(&l->allow[i]) != egress_pack(&like->allow[i]))
			return false;
	}
	return true;
}

struct net_lab *
labs_take(struct net *n, const struct net_lab *like)
{
	struct net_lab *l;

	LIST_FOREACH(l, &n->labs, all) {
		if (is_like(l, like)) {
			l->users++;
			return l;
		}
	}
	l = malloc(sizeof(*l));
	if (l == NULL)
		return NULL;
	*l = *like;
	l->number = ++n->lab_numbers;
	l->users = 1;
	l->has_rules = false;
	LIST_INSERT_HEAD(&n->labs, l, all);
	return l;
}

static void
forget(struct net_lab *l)
{
	LIST_REMOVE(l, all);
	free(l);
}

void
labs_release(struct net_lab *l)
{
	l->users--;
	if (l->users == 0 && !l->has_rules)
		forget(l);
}

unsigned
labs_unused(const struct net *n)
{
	const struct net_lab *l;
	unsigned count = 0;

	LIST_FOREACH(l, &n->labs, all)
		count += l->users == 0;
	return count;
}

void
labs_forget_unused(struct net *n)
{
	struct net_lab *l, *next;

	for (l = LIST_FIRST(&n->labs); l != NULL; l = next) {
		next = LIST_NEXT(l, all);
		if (l->users == 0)
			forget(l);
	}
}
