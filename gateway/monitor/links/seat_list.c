/* seat_list.c - the seats and what they use. */
#include "gateway/monitor/links/seat_list.h"

#include <string.h>
#include <sys/resource.h>

#include "gateway/config/policy.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/deadline.h"
#include "gateway/monitor/seats/hand.h"
#include "gateway/monitor/seats/idle.h"

/* What its student does, and has left. */
static void
tell_person(struct msg_seat *row, const struct seat *s)
{
	uint64_t idle;
	const char *why;
	int64_t left = deadline_left(s->monitor, s, &why);

	if (idle_of(s, &idle))
		row->idle = idle + 1;
	if (seat_is_live(s) && left != INT64_MAX)
		row->left = left < 0 ? 1 : (uint64_t)left + 1;
	if (!hand_is_up(s))
		return;
	row->hand = (uint64_t)s->hand.raised;
	text_copy(row->hand_text, TEXT_SIZE, s->hand.text);
}

static void
send_seat(struct client *c, const struct seat *s)
{
	struct msg row;
	struct conn *conn;

	MSG_NEW(&row, SEAT, seat);
	text_copy(row.seat.account, NAME_SIZE, s->account);
	text_copy(row.seat.lab, NAME_SIZE, s->lab);
	text_copy(row.seat.address, TEXT_SIZE, s->first_peer.text);
	text_copy(row.seat.state, TEXT_SIZE, seat_state_name(s->state));
	row.seat.sandbox = s->sandbox;
	TAILQ_FOREACH(conn, &s->conns, seated)
		row.seat.connections++;
	row.seat.since = s->since;
	row.seat.cpu_us = s->usage.cpu_us;
	row.seat.memory = s->usage.memory;
	row.seat.memory_max = (uint64_t)s->memory_max;
	row.seat.pids = s->usage.pids;
	row.seat.pids_max = (uint32_t)s->pids_max;
	signs_text(&s->signs, row.seat.signs);
	row.seat.restraint = s->restraint;
	row.seat.trapped = s->signs.trapped;
	row.seat.is_rehearsal = policy_is_rehearsal(s->account);
	tell_person(&row.seat, s);
	client_send(c, &row);
}

static bool
is_listed(const struct client *c, const struct seat *s)
{
	return (c->listed[0] == '\0' || strcmp(c->listed, s->lab) == 0) &&
	       client_may(c, s->lab);
}

static uint64_t
own_cpu_us(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_SELF, &u) == -1)
		return 0;
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
send_totals(struct client *c, const struct msg_usage_end *host)
{
	const struct monitor *m = c->monitor;
	struct msg row;

	MSG_NEW(&row, TOTALS, totals);
	row.totals.connections = m->registry.conn_count;
	row.totals.sandboxes = m->registry.running;
	row.totals.sandboxes_max = (uint32_t)m->config->sandboxes_max;
	row.totals.waiting = m->registry.waiting;
	row.totals.cpu_us = own_cpu_us() + host->cpu_us;
	row.totals.load = host->load;
	row.totals.processors = host->processors;
	row.totals.available = host->available;
	client_send(c, &row);
}

/* With what was read before of seats that have no sandbox now. */
static void
send_all(struct client *c)
{
	struct monitor *m = c->monitor;
	char text[TEXT_SIZE];
	struct seat *s;

	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (is_listed(c, s))
			send_seat(c, s);
	}
	drain_describe(&m->drain, uv_now(&m->loop), text);
	client_end(c, 0, text);
}

/* The counters are read when a tool asks, or once a minute by detection.c: a sandbox
 * in which nothing happens is to cost next to nothing.  The seats are listed when the last
 * has come. */
static bool
on_usage(void *self, struct msg *msg)
{
	struct client *c = self;

	if (msg == NULL)
		return true; /* lost the builder: the monitor ends */
	if (msg->type == MSG_USAGE) {
		seat_take_usage(&c->monitor->registry, &msg->usage);
		return false;
	}
	if (c->is_top)
		send_totals(c, &msg->usage_end);
	send_all(c);
	if (c->is_top)
		idle_ask_some(c->monitor);
	return true;
}

static void
list(struct client *c, const char *lab)
{
	if (lab[0] != '\0' && !client_check(c, lab))
		return;
	if (lab[0] != '\0' && config_lab(c->monitor->config, lab) == NULL) {
		client_end(c, 1, "there is no lab of that name");
		return;
	}
	text_copy(c->listed, sizeof(c->listed), lab);
	build_ask_usage(c->monitor, 0, on_usage, c);
}

void
seat_list_ls(struct client *c, struct msg *msg)
{
	c->is_top = false;
	list(c, msg->admin_ls.lab);
}

void
seat_list_top(struct client *c, struct msg *msg)
{
	c->is_top = true;
	list(c, msg->admin_top.lab);
}

void
seat_list_end_all(struct monitor *m, const char *why)
{
	struct client *c, *after;

	for (c = TAILQ_FIRST(&m->clients); c != NULL; c = after) {
		after = TAILQ_NEXT(c, all);
		if (c->is_top)
			client_drop(c, why);
	}
}
