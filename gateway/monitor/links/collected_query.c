/* collected_query.c - the administrator, or staff, ask what was collected. */
#include "gateway/monitor/links/collected_query.h"

#include <string.h>

#include "gateway/monitor/seats/closing_state.h"
#include "gateway/monitor/seats/closing_store.h"

static void
send_row(void *self, const struct collected *from)
{
	struct client *c = self;
	const struct seat *s;
	struct msg m;

	if (!client_may(c, from->lab))
		return;
	MSG_NEW(&m, GATHERED, gathered);
	text_copy(m.gathered.account, NAME_SIZE, from->account);
	text_copy(m.gathered.lab, NAME_SIZE, from->lab);
	m.gathered.begun = (uint64_t)from->begun;
	m.gathered.state = from->state;
	m.gathered.points = from->points;
	m.gathered.most = from->most;
	text_copy(m.gathered.file, TEXT_SIZE, from->file);
	m.gathered.size = from->size;
	text_copy(m.gathered.sha256, TEXT_SIZE, from->sha256);
	s = seat_find(&c->monitor->registry, from->account, from->lab);
	if (from->state == COLLECTED_LOST)
		text_copy(m.gathered.text, TEXT_SIZE,
		    "its sandbox ended before");
	else if (from->state == COLLECTED_BEGUN && s != NULL)
		closing_text(s, m.gathered.text);
	client_send(c, &m);
}

void
collected_query(struct client *c, struct msg *msg)
{
	const char *lab = msg->admin_collected.lab;
	const struct collected_wish w = { .lab = lab[0] == '\0' ? NULL : lab,
		.state = -1 };
	struct err e;

	if (lab[0] != '\0' && !client_check(c, lab))
		return;
	if (closing_rows(c->monitor, &w, send_row, c, &e) == -1)
		client_end(c, 1, e.text);
	else
		client_end(c, 0, "");
}
