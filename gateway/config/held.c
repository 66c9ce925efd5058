/* held.c - what was opened while a configuration was checked. */
#include "gateway/config/held.h"

#include "gateway/base/scope.h"

const struct held *
held_add(struct held **all, struct arena *a, int fd)
{
	struct held *h = arena_alloc(a, sizeof(*h));

	h->fd = fd;
	h->next = *all;
	*all = h;
	return h;
}

int
held_fd(const struct held *h)
{
	return h == NULL ? -1 : h->fd;
}

void
held_close(struct held **all)
{
	for (struct held *h = *all; h != NULL; h = h->next)
		scope_close(&h->fd);
	*all = NULL;
}
