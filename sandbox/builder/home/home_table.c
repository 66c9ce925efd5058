/* home_table.c - the homes that are in use, and the state of each. */
#include "sandbox/builder/home/home_table.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"

#define TO(state) (1U << (state))

/* The end is no state: homes_forget() follows whatever failed, and the end of
 * HOME_CLOSING when nobody came meanwhile. */
static const struct {
	const char *name;
	unsigned next;
} steps[HOME_STATES] = {
	[HOME_NEW] = { "new", TO(HOME_OPENING) },
	[HOME_OPENING] = { "opening", TO(HOME_OPEN) },
	[HOME_OPEN] = { "open", TO(HOME_CLOSING) },
	[HOME_CLOSING] = { "closing", TO(HOME_OPENING) },
};

bool
home_step(struct home *h, enum home_state next)
{
	if ((steps[h->state].next & TO(next)) == 0) {
		log_error(NULL, "impossible step home=%s from=%s to=%s",
		    h->name, steps[h->state].name, steps[next].name);
		return false;
	}
	log_debug(NULL, "step home=%s from=%s to=%s", h->name,
	    steps[h->state].name, steps[next].name);
	h->state = next;
	return true;
}

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
