/* publish_dial.c - a browser wants what a seat publishes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/publish_name.h"
#include "gateway/monitor/links/publish_state.h"

#define DIALS_MAX 256	/* atoll-publish has fewer */
#define DIAL_MS	  10000 /* it has given up long before */

#define BUSY_FROZEN   "its sandbox stands still"
#define BUSY_HANDOVER "another build of this gateway takes over: try again"

void
publish_refuse(struct monitor *m, uint32_t serial,
    const struct msg_publish_refused *why)
{
	struct msg msg;

	MSG_NEW(&msg, PUBLISH_REFUSED, publish_refused);
	msg.serial = serial;
	msg.publish_refused = *why;
	if (m->publish->link != NULL)
		link_send(m->publish->link, &msg);
}

static void
refuse_busy(struct monitor *m, uint32_t serial, const char *reason)
{
	struct msg_publish_refused why = { .why = PUBLISH_BUSY };

	text_copy(why.reason, TEXT_SIZE, reason);
	publish_refuse(m, serial, &why);
}

static void
drop(struct publish *p, struct publish_dial *d)
{
	TAILQ_REMOVE(&p->dials, d, next);
	p->dial_count--;
	free(d);
}

/* Those that no init has answered: of one of an older build, or that stands still. */
static void
drop_old(struct monitor *m)
{
	struct publish *p = m->publish;
	struct publish_dial *d;

	while ((d = TAILQ_FIRST(&p->dials)) != NULL &&
	       uv_now(&m->loop) - d->since_ms > DIAL_MS)
		drop(p, d);
}

/* Serials are ours: what init asks by itself has serials, too, so this is no
 * link_call(). */
static void
ask_init(struct monitor *m, struct seat *s, uint32_t asked,
    const struct publish_target *to)
{
	struct publish *p = m->publish;
	struct publish_dial *d;
	struct msg msg;

	drop_old(m);
	d = p->dial_count >= DIALS_MAX ? NULL : malloc(sizeof(*d));
	if (d == NULL) {
		refuse_busy(m, asked, "too many ask at once: try again");
		return;
	}
	if (++p->last_serial == 0)
		p->last_serial = 1;
	*d = (struct publish_dial){ .serial = p->last_serial,
		.asked = asked,
		.sandbox = s->sandbox,
		.to = *to,
		.since_ms = uv_now(&m->loop) };
	TAILQ_INSERT_TAIL(&p->dials, d, next);
	p->dial_count++;
	MSG_NEW(&msg, PUBLISH_DIAL, publish_dial);
	msg.serial = d->serial;
	msg.publish_dial.port = to->port;
	text_copy(msg.publish_dial.machine, NAME_SIZE, to->machine);
	link_send(s->init, &msg);
}

/* Who may not see it is told nothing: not even whether it is there. */
void
publish_asked(struct monitor *m, struct msg *msg)
{
	static const struct msg_publish_refused unseen = { .why =
							       PUBLISH_UNSEEN };
	const struct msg_publish_open *ask = &msg->publish_open;
	char visitor[NAME_SIZE] = "";
	struct publish_target to;
	struct seat *s = publish_find(m, &m->publish->url, ask->host, &to);

	if (s != NULL)
		publish_visitor(m, s, ask->host, ask->cookie, visitor);
	if (s == NULL || s->init == NULL || !publish_may_see(m, s, visitor))
		publish_refuse(m, msg->serial, &unseen);
	else if (handover_is_on(m))
		refuse_busy(m, msg->serial, BUSY_HANDOVER);
	else if (s->restraint == RESTRAINT_FROZEN)
		refuse_busy(m, msg->serial, BUSY_FROZEN);
	else
		ask_init(m, s, msg->serial, &to);
}

/* --- init's answer ---------------------------------------------------------- */

static struct publish_dial *
find(const struct seat *s, uint32_t serial)
{
	struct publish *p = s->monitor->publish;
	struct publish_dial *d;

	if (p == NULL)
		return NULL;
	TAILQ_FOREACH(d, &p->dials, next) {
		if (d->serial == serial && d->sandbox == s->sandbox)
			return d;
	}
	return NULL;
}

bool
publish_expects(const struct seat *s, const struct msg *msg)
{
	return (msg->type == MSG_PUBLISH_DIALLED ||
		   msg->type == MSG_PUBLISH_FAILED) &&
	       find(s, msg->serial) != NULL;
}

static void
pass_on(struct monitor *m, const struct publish_dial *d, struct msg *msg)
{
	struct err e = { 0 };
	struct msg to;

	MSG_NEW(&to, PUBLISH_OPENED, publish_opened);
	to.serial = d->asked;
	to.publish_opened.sandbox = d->sandbox;
	to.publish_opened.port = d->to.port;
	text_copy(to.publish_opened.machine, NAME_SIZE, d->to.machine);
	to.fd[0] = msg->fd[0]; /* the caller's, who closes it */
	if (link_pass(m->publish->link, &to, &e) == -1) {
		log_error(NULL, "cannot pass on a connection: %s", e.text);
		refuse_busy(m, d->asked, "this host is out of descriptors");
	}
}

/* Nobody may wait any more: atoll-publish may be another process by now. */
void
publish_dialled(struct seat *s, struct msg *msg)
{
	struct monitor *m = s->monitor;
	struct publish_dial *d = find(s, msg->serial);
	struct msg_publish_refused why = { .why = PUBLISH_SILENT };

	if (d == NULL)
		return;
	if (msg->type == MSG_PUBLISH_DIALLED && m->publish->link != NULL) {
		pass_on(m, d, msg);
	} else {
		why.port = d->to.port;
		text_copy(why.machine, NAME_SIZE, d->to.machine);
		publish_refuse(m, d->asked, &why);
	}
	drop(m->publish, d);
}

void
publish_seat_over(const struct seat *s)
{
	struct publish *p = s->monitor->publish;
	struct msg msg;

	if (p == NULL || p->link == NULL)
		return;
	MSG_NEW(&msg, PUBLISH_OVER, publish_over);
	msg.publish_over.sandbox = s->sandbox;
	link_send(p->link, &msg);
}
