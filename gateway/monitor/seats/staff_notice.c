/* staff_notice.c - a line to those who are staff of a lab. */
#include "gateway/monitor/seats/staff_notice.h"

#include <string.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/links/answer.h"

void
staff_notice(struct monitor *m, const char *lab, const char *about,
    const char *text)
{
	const struct lab *l = config_lab(m->config, lab);
	struct conn *c;

	if (l == NULL || l->staff.count == 0)
		return;
	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->has_reader && c->link != NULL &&
		    c->state != CONN_CLOSING &&
		    strcmp(c->account, about) != 0 &&
		    policy_is_staff(accounts_of(c), l))
			answer_words(c, text);
	}
}
