/* terminals_query.c - the administrator asks which terminals a seat has. */
#include "gateway/monitor/links/terminals_query.h"

#include <string.h>

static void
finish(struct client *c, uint32_t status, const char *text)
{
	c->asks_terminals = 0;
	client_end(c, status, text);
}

/* The serial is the tool's number, so that an answer which comes too late is
 * nobody else's. */
void
terminals_query_begin(struct client *c, struct msg *msg)
{
	const struct msg_admin_terminals *ask = &msg->admin_terminals;
	struct monitor *m = c->monitor;
	struct seat *s = seat_find(&m->registry, ask->account, ask->lab);
	struct msg to_init;

	if (!client_check(c, ask->lab))
		return;
	if (s == NULL || s->init == NULL || !seat_is_live(s)) {
		finish(c, 1, "this seat has no sandbox: 'atoll ls' shows all");
		return;
	}
	/* What waits for a sandbox that does not read would end it at last. */
	if (link_is_behind(s->init)) {
		finish(c, 1,
		    "the sandbox does not read what it is sent: its student"
		    " may have stopped its first process");
		return;
	}
	c->asks_terminals = s->sandbox;
	c->terminal_rows_left = TERMINAL_ROWS_MAX;
	c->terminals_ms = uv_now(&m->loop);
	MSG_NEW(&to_init, TERMINALS_GET, terminals_get);
	to_init.serial = c->number;
	link_send(s->init, &to_init);
}

static struct client *
who_asks(const struct seat *s, const struct msg *m)
{
	struct client *c = client_find(s->monitor, m->serial);

	return c != NULL && c->asks_terminals == s->sandbox ? c : NULL;
}

bool
terminals_query_expects(struct seat *s, const struct msg *m)
{
	const struct client *c;

	if (m->type != MSG_TERMINAL && m->type != MSG_TERMINALS_END)
		return false;
	c = who_asks(s, m);
	return c != NULL &&
	       (m->type == MSG_TERMINALS_END || c->terminal_rows_left > 0);
}

void
terminals_query_row(struct seat *s, struct msg *m)
{
	const struct msg_terminal *t = &m->terminal;
	struct client *c = who_asks(s, m);
	struct msg row;

	if (c == NULL || c->terminal_rows_left == 0)
		return; /* nobody waits for it: that was one of its words */
	c->terminal_rows_left--;
	MSG_NEW(&row, SEAT_TERMINAL, seat_terminal);
	row.seat_terminal.number = t->number;
	row.seat_terminal.since = t->since;
	row.seat_terminal.state = t->state;
	row.seat_terminal.is_kept = t->is_kept;
	row.seat_terminal.rows = t->rows;
	row.seat_terminal.cols = t->cols;
	text_copy(row.seat_terminal.program, TEXT_SIZE, t->program);
	client_send(c, &row);
}

void
terminals_query_end(struct seat *s, struct msg *m)
{
	struct client *c = who_asks(s, m);

	if (c != NULL)
		finish(c, 0, "");
}

void
terminals_query_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	struct client *c;

	TAILQ_FOREACH(c, &m->clients, all) {
		if (c->asks_terminals == 0)
			continue;
		if (seat_by_sandbox(&m->registry, c->asks_terminals) == NULL)
			finish(c, 1, "the sandbox has ended");
		else if (now - c->terminals_ms >= TERMINALS_QUERY_MS)
			finish(c, 1,
			    "the sandbox has not answered in 3 seconds: its"
			    " student may have stopped its first process, or"
			    " it was started by an older build of atoll");
	}
}
