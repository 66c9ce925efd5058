/* key_sets.c - which host keys there were: public halves, in sets. */
#include "gateway/monitor/links/key_sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
key_set_add(struct key_set *s, const char *line, bool is_next, struct err *e)
{
	char *copy;

	if (s->count == HOST_KEYS_MAX)
		return err_set(e, E2BIG, "host keys");
	copy = strdup(line);
	if (copy == NULL)
		return err_set(e, ENOMEM, "host keys");
	s->at[s->count++] =
	    (struct shown_key){ .line = copy, .is_next = is_next };
	return 0;
}

void
key_set_free(struct key_set *s)
{
	while (s->count > 0)
		free(s->at[--s->count].line);
}

static bool
are_same(const struct key_set *a, const struct key_set *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++) {
		if (a->at[i].is_next != b->at[i].is_next ||
		    strcmp(a->at[i].line, b->at[i].line) != 0)
			return false;
	}
	return true;
}

/* An empty one behind the others; NULL: no memory. */
static struct key_set *
grow(struct key_sets *all)
{
	struct key_set *at =
	    realloc(all->at, (all->count + 1) * sizeof(*all->at));

	if (at == NULL)
		return NULL;
	all->at = at;
	at[all->count] = (struct key_set){ .count = 0 };
	return &at[all->count++];
}

uint32_t
key_sets_number(struct key_sets *all, struct key_set *s)
{
	struct key_set *last;

	for (uint32_t i = 0; i < all->count; i++) {
		if (!are_same(&all->at[i], s))
			continue;
		key_set_free(s);
		return i + 1;
	}
	last = grow(all);
	if (last == NULL)
		return 0;
	*last = *s;
	s->count = 0;
	return all->count;
}

uint32_t
key_sets_last(const struct key_sets *all)
{
	return all->count;
}

void
key_sets_show(const struct key_sets *all, uint32_t number,
    void (*show)(void *self, const char *line, bool is_next), void *self)
{
	const struct key_set *s;

	if (number == 0 || number > all->count)
		return;
	s = &all->at[number - 1];
	for (unsigned i = 0; i < s->count; i++)
		show(self, s->at[i].line, s->at[i].is_next);
}

int
key_sets_restore(struct key_sets *all, uint32_t number, const char *line,
    bool is_next, struct err *e)
{
	if (number == 0 || number > all->count + 1)
		return err_set(e, EBADMSG, "host keys of the state");
	if (number == all->count + 1 && grow(all) == NULL)
		return err_set(e, ENOMEM, "host keys");
	return key_set_add(&all->at[number - 1], line, is_next, e);
}

void
key_sets_free(struct key_sets *all)
{
	while (all->count > 0)
		key_set_free(&all->at[--all->count]);
	free(all->at);
	all->at = NULL;
}
