/* seats.c - who may ask for what. */
#include "gateway/names/seats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "gateway/base/clock.h"

/* Questions at once, and then one each so often: each that goes to the resolver is one
 * of the connections that the kernel remembers, for half a minute. */
#define AT_ONCE	   60
#define EACH_MS	   200
#define WARNING_MS 1000

_Static_assert(EGRESS_MAX <= 32, "entries are bits of a number");

struct names_seat *
seats_find(const struct names *n, uint32_t number)
{
	struct names_seat *s;

	LIST_FOREACH(s, &n->seats, all) {
		if (s->number == number)
			return s;
	}
	return NULL;
}

struct names_seat *
seats_at(const struct names *n, uint32_t address)
{
	struct names_seat *s;

	LIST_FOREACH(s, &n->seats, all) {
		if (s->address == address)
			return s;
	}
	return NULL;
}

int
seats_add(struct names *n, const struct msg_names_seat *m, struct err *e)
{
	const char *name = NULL;
	struct names_seat *s;

	if (m->number == 0 || seats_find(n, m->number) != NULL)
		return err_set(e, EPROTO, "seat %" PRIu32, m->number);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return err_set(e, ENOMEM, "seat");
	s->number = m->number;
	s->address = m->address;
	bucket_fill(&s->questions, AT_ONCE, EACH_MS);
	bucket_fill(&s->warnings, 1, WARNING_MS);
	LIST_INSERT_HEAD(&n->seats, s, all);
	while ((name = strings_next(&m->names, name)) != NULL) {
		if (s->allow_count == EGRESS_MAX)
			return err_set(e, EPROTO, "too many names");
		if (egress_name_parse(&s->allow[s->allow_count++], name, e) ==
		    -1)
			return -1;
	}
	return 0;
}

void
seats_remove(struct names_seat *s)
{
	LIST_REMOVE(s, all);
	free(s);
}

uint32_t
seats_allowing(const struct names_seat *s, const char *name)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < s->allow_count; i++) {
		if (egress_name_allows(&s->allow[i], name))
			bits |= UINT32_C(1) << i;
	}
	return bits;
}
