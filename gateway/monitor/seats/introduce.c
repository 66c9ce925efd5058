/* introduce.c - a connection is given its seat, or the reason why not. */
#include "gateway/monitor/seats/introduce.h"

#include <string.h>
#include <unistd.h>

#include "gateway/config/greeting.h"
#include "gateway/monitor/seats/deadline.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/probe.h"
#include "gateway/monitor/seats/receipts.h"

void
introduce_refuse_quietly(struct conn *c, const char *reason)
{
	struct msg m;

	MSG_NEW(&m, SEAT_REFUSED, seat_refused);
	text_copy(m.seat_refused.reason, TEXT_SIZE, reason);
	link_send(c->link, &m);
}

void
introduce_refuse(struct conn *c, const char *lab, const char *reason)
{
	log_warn(&c->tag, "seat refused lab=%s reason=%s", lab, reason);
	introduce_refuse_quietly(c, reason);
}

/* What the session needs to know of a lab. */
static void
describe_lab(const struct conn *c, const struct seat *s, const struct lab *lab,
    char banner[LINE_SIZE], char motd[LINE_SIZE], struct msg_seat_ready *to)
{
	const char *why;
	const struct greeting_facts f = { .lab = lab,
		.account = s->account,
		.seconds_left = deadline_left(c->monitor, s, &why) };

	greeting_write(lab->banner, &f, banner);
	to->banner = banner;
	greeting_write(lab->motd, &f, motd);
	to->motd = motd;
	to->idle_limit = (uint32_t)lab->idle_limit;
	to->forwarding = (uint32_t)lab->forwarding;
	to->is_watched = lab->staff.count > 0;
}

static void
cannot_introduce(struct conn *c, const struct seat *s, const struct err *e)
{
	log_error(&c->tag, "cannot link the session to its sandbox: %s",
	    e->text);
	introduce_refuse(c, s->lab,
	    "this host is out of descriptors; try again in a minute");
	conn_step(c, CONN_READY);
	ending_leave(c);
}

void
introduce_to_seat(struct conn *c, struct seat *s)
{
	const struct lab *lab = config_lab(c->monitor->config, s->lab);
	char banner[LINE_SIZE], motd[LINE_SIZE];
	struct err e = { 0 };
	struct msg m;
	int ends[2], rc;

	if (chan_pair(ends, &e) == -1) {
		cannot_introduce(c, s, &e);
		return;
	}
	MSG_NEW(&m, INTRODUCE, introduce);
	m.introduce.connection = c->id;
	m.fd[0] = ends[0];
	rc = link_pass(s->init, &m, &e);
	msg_close(&m);
	if (rc == -1) {
		close(ends[1]);
		cannot_introduce(c, s, &e);
		return;
	}
	MSG_NEW(&m, SEAT_READY, seat_ready);
	text_copy(m.seat_ready.lab, NAME_SIZE, s->lab);
	text_copy(m.seat_ready.peer, TEXT_SIZE, c->peer.text);
	m.seat_ready.peer_port = c->peer.port;
	m.seat_ready.reattach = s->reattach;
	m.seat_ready.others = probe_candidates(c, s);
	if (lab != NULL)
		s->record = (uint32_t)lab->record;
	m.seat_ready.record = s->record;
	if (lab != NULL)
		describe_lab(c, s, lab, banner, motd, &m.seat_ready);
	m.fd[0] = ends[1];
	conn_step(c, CONN_SEATED);
	log_info(&c->tag, "seated lab=%s sandbox=%u image=%s sha256=%s", s->lab,
	    s->sandbox, s->image, s->sha256[0] == '\0' ? "unknown" : s->sha256);
	conn_sit(c, s->sandbox);
	link_send(c->link, &m);
	msg_close(&m);
	deadline_tell_newcomer(c);
	receipts_tell_newcomer(c);
}
