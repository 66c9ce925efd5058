/* signer_list.c - the signers that there are. */
#include "gateway/monitor/links/signer_list.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define TO(state) (1u << (state))
static const struct {
	const char *name;
	unsigned next;
} steps[SIGNER_STATES] = {
	[SIGNER_STARTS] = { "starts",
	    TO(SIGNER_NEXT) | TO(SIGNER_CURRENT) | TO(SIGNER_RETIRED) },
	[SIGNER_NEXT] = { "next", TO(SIGNER_CURRENT) | TO(SIGNER_RETIRED) },
	[SIGNER_CURRENT] = { "current", TO(SIGNER_RETIRED) },
	[SIGNER_RETIRED] = { "retired", 0 },
};

void
signer_step(struct signer *s, enum signer_state next)
{
	if ((steps[s->state].next & TO(next)) == 0) {
		log_error(NULL, "impossible step of a signer from=%s to=%s",
		    steps[s->state].name, steps[next].name);
		next = SIGNER_RETIRED;
	}
	s->state = next;
}

struct signer *
signer_add(struct monitor *m, int fd, struct err *e)
{
	struct signer *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->link = link_open(&m->loop, fd, m->routes->signer, s, e);
	else
		close(fd);
	if (s == NULL || s->link == NULL) {
		free(s);
		err_set(e, ENOMEM, "signer");
		return NULL;
	}
	s->monitor = m;
	LIST_INSERT_HEAD(&m->signers->all, s, all);
	return s;
}

unsigned
signers_count(const struct signers *all, enum signer_state state)
{
	const struct signer *s;
	unsigned n = 0;

	LIST_FOREACH(s, &all->all, all)
		n += s->state == state;
	return n;
}
