/*
 * route_session.c - what a session process may say, and what handles it.
 *
 * Session processes speak with unauthenticated clients and may have been taken
 * over: the tables say what each may ask in which state of its connection; a
 * message that they do not have ends the connection.
 */
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/accounts/login.h"
#include "gateway/monitor/accounts/registration.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/links/recorder.h"
#include "gateway/monitor/links/signer_conns.h"
#include "gateway/monitor/links/staff.h"
#include "gateway/monitor/links/stage.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/metrics/responses.h"
#include "gateway/monitor/route/routes.h"
#include "gateway/monitor/seats/announce.h"
#include "gateway/monitor/seats/detection.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/lablist.h"
#include "gateway/monitor/seats/probe.h"
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
on_login_password(void *self, struct msg *m)
{
	struct conn *c = self;

	if (may_log_in(c)) {
		text_copy(c->lab, NAME_SIZE, m->login_password.lab);
		login_password(c, &m->login_password);
	}
}

/* The session may say what it likes: that the client has signed is what the signer
 * says. */
static bool
is_proved(struct conn *c, const struct msg_login_key *m)
{
	if (m->signed_by_client == 0 ||
	    signers_have_proof(c, m->account, m->lab, m->key))
		return true;
	log_warn(&c->tag,
	    "session says that a key was signed, and atoll-signer does not");
	link_close(c->link, "no proof of a key");
	return false;
}

static void
on_login_key(void *self, struct msg *m)
{
	struct conn *c = self;

	/* The signer is heard before it is used. */
	FREES char *key = strdup(m->login_key.key);

	if (key == NULL || !may_log_in(c))
		return;
	m->login_key.key = key;
	if (!is_proved(c, &m->login_key))
		return;
	text_copy(c->lab, NAME_SIZE, m->login_key.lab);
	login_key(c, &m->login_key);
}

static void
on_login_none(void *self, struct msg *m)
{
	struct conn *c = self;

	if (may_log_in(c))
		login_none(c, &m->login_none);
}

static void
on_register(void *self, struct msg *m)
{
	struct conn *c = self;

	if (may_log_in(c))
		register_account(c, &m->registering);
}

static void
on_login_begun(void *self, struct msg *m)
{
	struct conn *c = self;

	(void)m;
	if (c->state == CONN_AUTH)
		admission_rank(c, RANK_SPOKE);
}

static void
on_labs_get(void *self, struct msg *m)
{
	struct conn *c = self;

	(void)m;
	lablist_send(c);
}

static void
on_seat_open(void *self, struct msg *m)
{
	struct conn *c = self;

	c->seat_asked_ms = uv_now(&c->monitor->loop);
	seating_open(c, m->seat_open.lab);
}

static void
on_probe_others(void *self, struct msg *m)
{
	probe_others(self, m->serial);
}

static void
on_alive(void *self, struct msg *m)
{
	probe_alive(self, m->serial);
}

static void
on_idle(void *self, struct msg *m)
{
	detection_idle(self, m->idle.ms);
}

static void
on_responses(void *self, struct msg *m)
{
	responses_take(self, &m->responses);
}

static void
on_staff_run(void *self, struct msg *m)
{
	staff_run(self, m);
}

static void
on_terminal_at(void *self, struct msg *m)
{
	recorder_terminal_at(self, m);
}

static void
on_terminal_over(void *self, struct msg *m)
{
	recorder_terminal_over(self, m);
}

static void
on_stage_left(void *self, struct msg *m)
{
	stage_left(self, m->serial);
}

static void
on_reader(void *self, struct msg *m)
{
	(void)m;
	announce_to_reader(self);
}

/* A line from a session is logged under the monitor's tag: one that was taken
 * over cannot write in the name of another. */
static void
on_log(void *self, struct msg *m)
{
	struct conn *c = self;

	enum log_level level =
	    m->log.level < LOG_LEVELS ? (enum log_level)m->log.level : LOG_WARN;

	if (c->log_lines++ < LOG_LINES_MAX)
		log_line(level, &c->tag, "session says: %s", m->log.text);
	else
		link_close(c->link, "sent too many lines for the log");
}

static link_handler *const handlers[MSG_COUNT] = {
	[MSG_LOGIN_BEGUN] = on_login_begun,
	[MSG_LOGIN_PASSWORD] = on_login_password,
	[MSG_LOGIN_KEY] = on_login_key,
	[MSG_LOGIN_NONE] = on_login_none,
	[MSG_REGISTER] = on_register,
	[MSG_LABS_GET] = on_labs_get,
	[MSG_SEAT_OPEN] = on_seat_open,
	[MSG_PROBE_OTHERS] = on_probe_others,
	[MSG_ALIVE] = on_alive,
	[MSG_IDLE] = on_idle,
	[MSG_RESPONSES] = on_responses,
	[MSG_STAFF_RUN] = on_staff_run,
	[MSG_TERMINAL_AT] = on_terminal_at,
	[MSG_TERMINAL_OVER] = on_terminal_over,
	[MSG_STAGE_LEFT] = on_stage_left,
	[MSG_READER] = on_reader,
	[MSG_LOG] = on_log,
};

#define IN(state) (1u << (state))
#define LOGGED_IN (IN(CONN_READY) | IN(CONN_WAITING) | IN(CONN_SEATED))
#define ALWAYS	  (LOGGED_IN | IN(CONN_AUTH) | IN(CONN_CHECKING))

static const unsigned states[MSG_COUNT] = {
	[MSG_LOGIN_BEGUN] = ALWAYS,
	[MSG_LOGIN_PASSWORD] = IN(CONN_AUTH),
	[MSG_LOGIN_KEY] = IN(CONN_AUTH),
	[MSG_LOGIN_NONE] = IN(CONN_AUTH),
	[MSG_REGISTER] = IN(CONN_AUTH),
	[MSG_LABS_GET] = LOGGED_IN,
	[MSG_SEAT_OPEN] = IN(CONN_READY) | IN(CONN_SEATED),
	[MSG_PROBE_OTHERS] = LOGGED_IN,
	[MSG_ALIVE] = LOGGED_IN,
	[MSG_IDLE] = LOGGED_IN,
	[MSG_RESPONSES] = LOGGED_IN,
	[MSG_STAFF_RUN] = LOGGED_IN,
	[MSG_TERMINAL_AT] = LOGGED_IN,
	[MSG_TERMINAL_OVER] = LOGGED_IN,
	[MSG_STAGE_LEFT] = LOGGED_IN,
	[MSG_READER] = LOGGED_IN,
	[MSG_LOG] = ALWAYS,
};

static bool
may_say(void *self, const struct msg *m)
{
	struct conn *c = self;

	if (m->type != MSG_RESPONSES) /* it asks for nothing */
		c->unused_ms = 0;
	if ((states[m->type] & IN(c->state)) != 0)
		return true;
	if (c->state == CONN_CLOSING)
		return false; /* it crossed our goodbye */
	log_warn(&c->tag, "session out of order message=%s", msg_name(m->type));
	link_close(c->link, "out of order");
	return false;
}

static void
on_closed(void *self, const char *why)
{
	struct conn *c = self;

	c->link = NULL;
	/* Before the step to closing, which takes it from those that have not
	 * logged in: whether it ever did is what counts here. */
	admission_left(c);
	log_info(&c->tag, "connection ended address=%s port=%u reason=%s",
	    c->peer.text, c->peer.port, why);
	if (c->state != CONN_CLOSING)
		conn_step(c, CONN_CLOSING);
	zygote_end(c);
	keys_cancel(c);
	signers_forget(c);
	recorder_forget(c);
	if (c->hashing != NULL)
		hashing_cancel(c->hashing);
	ending_leave(c);
	conn_remove(&c->monitor->registry, c);
}

const struct link_kind route_session = {
	.peer = SESSION,
	.queue_max = LINK_QUEUE_SESSION,
	.handlers = handlers,
	.may_say = may_say,
	.on_closed = on_closed,
};
