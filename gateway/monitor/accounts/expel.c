/*
 * expel.c - what an account has open ends.
 *
 * Connections first, then seats: one of them may be queued or linger, and so
 * have no connection that would end it.
 */
#include "gateway/monitor/accounts/expel.h"

#include <string.h>

#include "gateway/monitor/accounts/browser_code.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/seats/ending.h"

void
accounts_expel(struct monitor *m, const char *name, const char *why)
{
	struct seat *s, *next;
	struct conn *c;

	browser_code_forget(m, name);
	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (strcmp(c->account, name) == 0)
			answer_goodbye(c, why);
	}
	for (s = TAILQ_FIRST(&m->registry.seats); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		if (strcmp(s->account, name) != 0)
			continue;
		s->is_disowned = true;
		ending_evict(m, s, why);
	}
}

void
accounts_expel_former(struct monitor *m, const char *name)
{
	if (config_account(m->config, name) == NULL)
		accounts_expel(m, name,
		    "your account was removed; ask your instructor or the"
		    " administrator");
}
