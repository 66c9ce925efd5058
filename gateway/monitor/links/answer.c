/* answer.c - what a session process may say, and the answer. */
#include "gateway/monitor/links/answer.h"

#include <stdio.h>
#include <string.h>

#include "gateway/monitor/accounts/login.h"
#include "gateway/monitor/accounts/registration.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/seats/lablist.h"
#include "gateway/monitor/seats/seating.h"

/* Of one connection.  The session program sends less and counts failed logins
 * by itself, so what goes on for longer is another program. */
#define LOG_LINES_MAX 100
#define LOGINS_MAX    256

static bool
may_log_in(struct conn *c)
{
	if (c->tries < c->monitor->config->auth_tries &&
	    c->logins++ < LOGINS_MAX)
		return true;
	link_close(c->link, "too many failed logins");
	return false;
}

static void
on_login_password(struct conn *c, struct msg *m)
{
	if (may_log_in(c)) {
		text_copy(c->lab, NAME_SIZE, m->login_password.lab);
		login_password(c, &m->login_password);
	}
}

static void
on_login_key(struct conn *c, struct msg *m)
{
	if (may_log_in(c)) {
		text_copy(c->lab, NAME_SIZE, m->login_key.lab);
		login_key(c, &m->login_key);
	}
}

static void
on_login_none(struct conn *c, struct msg *m)
{
	if (may_log_in(c))
		login_none(c, &m->login_none);
}

static void
on_register(struct conn *c, struct msg *m)
{
	if (may_log_in(c))
		register_account(c, &m->registering);
}

static void
on_login_begun(struct conn *c, struct msg *m)
{
	(void)m;
	if (c->state == CONN_AUTH)
		door_rank(c, RANK_SPOKE);
}

static void
on_labs_get(struct conn *c, struct msg *m)
{
	(void)m;
	lablist_send(c);
}

static void
on_seat_open(struct conn *c, struct msg *m)
{
	seating_open(c, m->seat_open.lab);
}

/* A session's word, under the monitor's tag: it cannot speak for another. */
static void
on_log(struct conn *c, struct msg *m)
{
	enum log_level level =
	    m->log.level < LOG_LEVELS ? (enum log_level)m->log.level : LOG_WARN;

	if (c->log_lines++ < LOG_LINES_MAX)
		log_line(level, &c->tag, "session says: %s", m->log.text);
	else
		link_close(c->link, "too many words for the log");
}

#define IN(state) (1u << (state))
#define LOGGED_IN (IN(CONN_READY) | IN(CONN_WAITING) | IN(CONN_SEATED))
#define ALWAYS	  (LOGGED_IN | IN(CONN_AUTH) | IN(CONN_CHECKING))

/* What a session may say, and when.  Anything absent ends its connection. */
static const struct {
	unsigned in;
	void (*handle)(struct conn *c, struct msg *m);
} rules[MSG_COUNT] = {
	[MSG_LOGIN_BEGUN] = { ALWAYS, on_login_begun },
	[MSG_LOGIN_PASSWORD] = { IN(CONN_AUTH), on_login_password },
	[MSG_LOGIN_KEY] = { IN(CONN_AUTH), on_login_key },
	[MSG_LOGIN_NONE] = { IN(CONN_AUTH), on_login_none },
	[MSG_REGISTER] = { IN(CONN_AUTH), on_register },
	[MSG_LABS_GET] = { LOGGED_IN, on_labs_get },
	[MSG_SEAT_OPEN] = { IN(CONN_READY) | IN(CONN_SEATED), on_seat_open },
	[MSG_LOG] = { ALWAYS, on_log },
};

static void
on_message(void *self, struct msg *m)
{
	struct conn *c = self;

	c->unused_ms = 0;
	if ((rules[m->type].in & IN(c->state)) != 0) {
		rules[m->type].handle(c, m);
		return;
	}
	if (c->state == CONN_CLOSING)
		return; /* it crossed our goodbye */
	log_warn(&c->tag, "session out of order message=%s", msg_name(m->type));
	link_close(c->link, "out of order");
}

static void
on_closed(void *self, const char *why)
{
	struct conn *c = self;
	struct monitor *m = c->monitor;

	c->link = NULL;
	door_left(c);
	log_info(&c->tag, "connection ended address=%s port=%u reason=%s",
	    c->peer.text, c->peer.port, why);
	if (c->state != CONN_CLOSING)
		conn_step(c, CONN_CLOSING);
	zygote_end(c);
	if (c->hashing != NULL)
		hashing_cancel(c->hashing);
	seating_leave(c);
	conn_remove(&m->registry, c);
	monitor_check_stopped(m);
}

int
answer_open(struct monitor *m, struct conn *c, int fd, struct err *e)
{
	struct link_owner owner = { .self = c,
		.on_message = on_message,
		.on_closed = on_closed };

	c->monitor = m;
	c->since_ms = uv_now(&m->loop);
	c->link =
	    link_open(&m->loop, fd, SESSION, LINK_QUEUE_SESSION, &owner, e);
	return c->link == NULL ? -1 : 0;
}

void
answer_goodbye(struct conn *c, const char *text)
{
	struct msg m;

	if (c->link == NULL || c->state == CONN_CLOSING)
		return;
	MSG_NEW(&m, GOODBYE, goodbye);
	text_copy(m.goodbye.text, TEXT_SIZE, text);
	link_send(c->link, &m);
	conn_step(c, CONN_CLOSING);
	c->since_ms = uv_now(&c->monitor->loop);
}

void
answer_abort(struct conn *c)
{
	answer_goodbye(c, ANSWER_MISTAKE);
}

void
answer_notice(struct conn *c, const char *text)
{
	struct msg m;

	MSG_NEW(&m, NOTICE, notice);
	text_copy(m.notice.text, TEXT_SIZE, text);
	link_send(c->link, &m);
}
