/* client.c - the administrator's tools that are connected. */
#include "gateway/monitor/links/client.h"

#include <string.h>

struct client *
client_find(struct monitor *m, uint32_t number)
{
	struct client *c;

	TAILQ_FOREACH(c, clients_of(m), all)
	{
		if (c->number == number)
			return c;
	}
	return NULL;
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
