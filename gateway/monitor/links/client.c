/* client.c - the administrator's tools that are connected. */
#include "gateway/monitor/links/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/links/recorder.h"

void
client_add(struct monitor *m, struct client *c)
{
	c->monitor = m;
	TAILQ_INSERT_TAIL(&m->clients, c, all);
	m->client_count++;
}

/* What a tool asked of the builder may still be answered: the answer must not
 * reach it here. */
void
client_free(struct client *c)
{
	struct monitor *m = c->monitor;

	if (m->builder != NULL)
		link_cancel(m->builder, c);
	recorder_cancel(m, c);
	TAILQ_REMOVE(&m->clients, c, all);
	m->client_count--;
	free(c->asks_hands);
	free(c);
}

/* By number, not by pointer: a change that is with the writer's thread ends at
 * some later turn, and the tool may have been interrupted. */
struct client *
client_find(struct monitor *m, uint32_t number)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->clients, all) {
		if (c->number == number)
			return c;
	}
	return NULL;
}

bool
client_may(const struct client *c, const char *lab)
{
	const struct lab *l = config_lab(c->monitor->config, lab);

	if (c->wall[0] != '\0' && strcmp(c->wall, lab) != 0)
		return false;
	if (c->report[0] != '\0')
		return strcmp(c->report, lab) == 0;
	if (c->staff[0] == '\0')
		return true;
	return l != NULL &&
	       policy_is_staff(accounts_find(c->monitor, c->staff), l);
}

bool
client_check(struct client *c, const char *lab)
{
	char text[TEXT_SIZE];

	if (client_may(c, lab))
		return true;
	if (c->wall[0] != '\0' && strcmp(c->wall, lab) != 0)
		snprintf(text, sizeof(text), "this is the wall of lab %s",
		    c->wall);
	else
		snprintf(text, sizeof(text),
		    "you are not staff of a lab %s: its option staff names no"
		    " group of yours",
		    lab);
	log_warn(&c->tag, "refused lab=%s", lab);
	client_end(c, 1, text);
	return false;
}

void
client_send(struct client *c, const struct msg *m)
{
	link_send(c->link, m);
}

void
client_end(struct client *c, uint32_t status, const char *text)
{
	struct msg m;

	MSG_NEW(&m, ADMIN_END, admin_end);
	m.admin_end.status = status;
	text_copy(m.admin_end.text, TEXT_SIZE, text);
	link_send(c->link, &m);
}

void
client_drop(struct client *c, const char *why)
{
	link_close(c->link, why);
}
