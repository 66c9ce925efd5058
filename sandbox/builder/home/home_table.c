/* home_table.c - the homes that are in use, and the state of each. */
#include "sandbox/builder/home/home_table.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"

struct home *
homes_find(const struct homes *all, const char *name)
{
	struct home *h = all->first;

	while (h != NULL && strcmp(h->name, name) != 0)
		h = h->next;
	return h;
}

struct home *
homes_find_number(const struct homes *all, uint32_t number)
{
	struct home *h = all->first;

	while (h != NULL && h->number != number)
		h = h->next;
	return h;
}

struct home *
homes_add(struct homes *all, const char *name, struct plan *plan)
{
	struct home *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->number = ++all->numbers;
	text_copy(h->name, sizeof(h->name), name);
	h->plan = plan_ref(plan);
	h->pidfd = h->status = h->mount = -1;
	h->next = all->first;
	all->first = h;
	return h;
}

void
homes_forget(struct homes *all, struct home *h)
{
	struct home **at = &all->first;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	scope_close(&h->pidfd);
	scope_close(&h->status);
	scope_close(&h->mount);
	plan_unref(h->plan);
	free(h);
}
