/* recorder.c - atoll-recorder, and the taps that it reads. */
#include "gateway/monitor/links/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/links/build.h"

#define START_EACH_MS 1000
#define WAIT_MAX_MS   2000 /* and so long a student waits for it, else */
#define LOST_MAX_MS   5000 /* so long a required recording may be without it */

struct recorder {
	struct link
	    *link; /* to atoll-recorder; owned, NULL while there is none */
	uint64_t started_ms; /* uv_now() of the last start */
	uint64_t lost_ms;    /* and of the first loss since; 0: none */
	uint32_t last_tap;
};

#define CANNOT "this lab records its terminals, and that is not possible now: "

/* --- the process ------------------------------------------------------------- */

/* One that ends at once is not started as fast as it ends. */
static int
start_process(struct monitor *m, struct err *e)
{
	uint64_t now = uv_now(&m->loop);
	CLOSES int ours = -1;
	CLOSES int theirs = -1;

	if (m->recorder == NULL)
		m->recorder = calloc(1, sizeof(*m->recorder));
	if (m->recorder == NULL)
		return err_set(e, ENOMEM, "recorder");
	if (m->recorder->link != NULL)
		return 0;
	if (m->recorder->started_ms != 0 &&
	    now - m->recorder->started_ms < START_EACH_MS)
		return err_set(e, EAGAIN, "it has just been started");
	m->recorder->started_ms = now;
	if (chan_link(&ours, &theirs, e) == -1 ||
	    build_program(m, JAILED_RECORDER, theirs, e) == -1)
		return -1;
	m->recorder->link =
	    link_open(&m->loop, take_fd(&ours), m->routes->recorder, m, e);
	if (m->recorder->link == NULL)
		return -1;
	link_hello(m->recorder->link);
	recorder_limit(m);
	return 0;
}

void
recorder_limit(struct monitor *m)
{
	const struct recordings limit = policy_recordings(m->config);
	struct msg msg;

	if (m->recorder == NULL || m->recorder->link == NULL)
		return;
	MSG_NEW(&msg, RECORDINGS_LIMIT, recordings_limit);
	msg.recordings_limit.max = (uint64_t)limit.max;
	msg.recordings_limit.keep = (uint64_t)limit.keep;
	msg.recordings_limit.wait = (uint64_t)m->config->expiry_wait;
	link_send(m->recorder->link, &msg);
}

void
recorder_hello(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };

	if (link_check_hello(m->recorder->link, msg, &e) == -1) {
		log_error(NULL, "atoll-recorder: %s", e.text);
		link_close(m->recorder->link, e.text);
	}
}

int
recorder_call(struct monitor *m, struct msg *msg, link_reply *on_reply,
    void *self, struct err *e)
{
	if (start_process(m, e) == -1)
		return -1;
	return link_call(m->recorder->link, msg, on_reply, self, e);
}

int
recorder_play(struct monitor *m, const struct msg *msg, struct err *e)
{
	if (start_process(m, e) == -1)
		return -1;
	return link_pass(m->recorder->link, msg, e);
}

void
recorder_cancel(struct monitor *m, const void *self)
{
	if (m->recorder != NULL && m->recorder->link != NULL)
		link_cancel(m->recorder->link, self);
}

/* --- a tap -------------------------------------------------------------------- */

/* The session goes on without, or with a reason ends the terminal. */
static void
send_refused(struct conn *c, uint32_t serial, const char *reason)
{
	struct msg m;

	if (c->link == NULL)
		return;
	MSG_NEW(&m, TAP_REFUSED, tap_refused);
	m.serial = serial;
	text_copy(m.tap_refused.reason, TEXT_SIZE, reason);
	link_send(c->link, &m);
}

static bool
is_required(const struct terminal *t)
{
	const struct seat *s = t->conn->seat;

	return t->is_recorded && s != NULL && s->record == RECORD_REQUIRED;
}

/* It cannot be looked at, and will not be. */
static void
fail(struct terminal *t, const char *why)
{
	char text[TEXT_SIZE] = "";

	if (t->is_recorded)
		counts_add(&t->conn->monitor->metrics.site, METRIC_UNRECORDED,
		    0, 0);
	log_error(&t->conn->tag, "terminal is not recorded number=%u%s: %s",
	    t->number, is_required(t) ? " and ends" : "", why);
	if (is_required(t))
		snprintf(text, sizeof(text),
		    CANNOT "%.200s; tell your instructor", why);
	scope_close(&t->theirs);
	terminal_step(t, TAP_FAILED);
	send_refused(t->conn, t->serial, text);
}

/* There is a recorder no more: the next one goes on. */
static void
lose(struct terminal *t)
{
	struct recorder *r = t->conn->monitor->recorder;

	scope_close(&t->theirs);
	terminal_step(t, TAP_LOST);
	if (r != NULL && r->lost_ms == 0)
		r->lost_ms = uv_now(&t->conn->monitor->loop);
}

static void
give_to_session(struct terminal *t)
{
	struct conn *c = t->conn;
	struct err e = { 0 };
	struct msg m;

	MSG_NEW(&m, TAP, tap);
	m.serial = t->serial;
	m.tap.earlier = t->wants_earlier;
	m.fd[0] = take_fd(&t->theirs);
	terminal_step(t, TAP_OPEN);
	if (c->link != NULL && link_pass(c->link, &m, &e) == -1)
		fail(t, e.text);
	msg_close(&m);
	t->waits = false;
	c->monitor->routes->on_taps_changed(c->monitor);
}

static bool
on_opened(void *self, struct msg *m)
{
	struct terminal *t = self;

	if (m == NULL) {
		lose(t);
		return true;
	}
	if (m->type != MSG_TAP_OPENED)
		return false;
	if (m->tap_opened.reason[0] != '\0') {
		fail(t, m->tap_opened.reason);
		return true;
	}
	text_copy(t->file, sizeof(t->file), m->tap_opened.file);
	if (t->is_recorded) {
		log_info(&t->conn->tag, "recorded number=%u file=%s", t->number,
		    t->file);
		counts_add(&t->conn->monitor->metrics.site, METRIC_RECORDED, 0,
		    0);
	}
	give_to_session(t);
	return true;
}

static int
ask(struct terminal *t, struct err *e)
{
	const struct conn *c = t->conn;
	struct monitor *m = c->monitor;
	struct msg msg;
	int ends[2], rc;

	if (start_process(m, e) == -1 || chan_pair(ends, e) == -1)
		return -1;
	t->theirs = ends[0];
	t->tap_number = ++m->recorder->last_tap;
	MSG_NEW(&msg, TAP_OPEN, tap_open);
	msg.fd[0] = ends[1];
	msg.tap_open.tap = t->tap_number;
	msg.tap_open.is_recorded = t->is_recorded;
	text_copy(msg.tap_open.account, NAME_SIZE, c->account);
	text_copy(msg.tap_open.lab, NAME_SIZE, c->seat->lab);
	msg.tap_open.terminal = t->number;
	msg.tap_open.rows = t->rows;
	msg.tap_open.cols = t->cols;
	text_copy(msg.tap_open.term, TEXT_SIZE, t->term);
	msg.tap_open.since = t->since;
	msg.tap_open.since_ms = t->since_ms;
	text_copy(msg.tap_open.file, TEXT_SIZE, t->file);
	msg.tap_open.is_throwaway = policy_is_rehearsal(c->account);
	rc = link_call(m->recorder->link, &msg, on_opened, t, e);
	msg_close(&msg);
	return rc;
}

void
recorder_open(struct terminal *t, bool wants_earlier)
{
	struct err e = { 0 };

	if ((t->tap != TAP_NONE && t->tap != TAP_LOST) || t->conn->seat == NULL)
		return;
	t->wants_earlier = wants_earlier;
	terminal_step(t, TAP_OPENING);
	if (ask(t, &e) == -1)
		lose(t);
}

/* --- terminals ------------------------------------------------------------------ */

void
recorder_terminal_at(struct conn *c, const struct msg *m)
{
	struct terminal *t;

	recorder_terminal_over(c, m); /* of that serial, were there one */
	/* Its seat may have ended meanwhile. */
	if (c->state != CONN_SEATED || c->seat == NULL) {
		if (m->terminal_at.waits != 0)
			send_refused(c, m->serial, "");
		return;
	}
	t = terminals_add(c, m->serial, &m->terminal_at);
	if (t == NULL) {
		link_close(c->link, "too many terminals");
		return;
	}
	t->is_recorded = c->seat->record != RECORD_NO;
	if (t->is_recorded)
		recorder_open(t, false);
	else if (t->waits)
		send_refused(c, t->serial, "");
	c->monitor->routes->on_taps_changed(c->monitor);
}

static void
remove_terminal(struct terminal *t)
{
	struct recorder *r = t->conn->monitor->recorder;

	if (t->tap == TAP_OPENING && r != NULL && r->link != NULL)
		link_cancel(r->link, t);
	terminals_remove(t);
}

void
recorder_terminal_over(struct conn *c, const struct msg *m)
{
	struct terminal *t = terminals_find(c, m->serial);
	bool has_ended =
	    m->type == MSG_TERMINAL_OVER && m->terminal_over.has_ended != 0;

	if (t == NULL)
		return;
	c->monitor->routes->on_terminal_gone(t, has_ended);
	remove_terminal(t);
	c->monitor->routes->on_taps_changed(c->monitor);
}

void
recorder_forget(struct conn *c)
{
	struct terminal *t;

	if (LIST_EMPTY(&c->terminals))
		return;
	while ((t = LIST_FIRST(&c->terminals)) != NULL) {
		c->monitor->routes->on_terminal_gone(t, false);
		remove_terminal(t);
	}
	c->monitor->routes->on_taps_changed(c->monitor);
}

/* --- watchers ------------------------------------------------------------------- */

int
recorder_watch(struct terminal *t, const struct msg *m, struct err *e)
{
	const struct recorder *r = t->conn->monitor->recorder;

	if (t->tap != TAP_OPEN || r == NULL || r->link == NULL)
		return err_set(e, EAGAIN, "atoll-recorder");
	return link_pass(r->link, m, e);
}

/* What is said to a recorder that has gone need not be said to the next. */
static void
tell(const struct monitor *m, const struct msg *msg)
{
	if (m->recorder != NULL && m->recorder->link != NULL)
		link_send(m->recorder->link, msg);
}

void
recorder_unwatch(const struct monitor *m, uint32_t watch)
{
	struct msg msg;

	MSG_NEW(&msg, WATCH_CLOSE, watch_close);
	msg.watch_close.watch = watch;
	tell(m, &msg);
}

void
recorder_untap(struct terminal *t)
{
	struct msg msg;

	if (t->tap != TAP_OPEN || t->is_recorded)
		return;
	MSG_NEW(&msg, TAP_CLOSE, tap_close);
	msg.tap_close.tap = t->tap_number;
	tell(t->conn->monitor, &msg);
	terminal_step(t, TAP_NONE);
}

void
recorder_mark(const struct conn *c, const char *text)
{
	const struct recorder *r = c->monitor->recorder;
	const struct terminal *t;
	struct msg m;

	LIST_FOREACH(t, &c->terminals, next) {
		if (t->tap != TAP_OPEN || !t->is_recorded || r == NULL ||
		    r->link == NULL)
			continue;
		MSG_NEW(&m, TAP_MARK, tap_mark);
		m.tap_mark.tap = t->tap_number;
		text_copy(m.tap_mark.text, TEXT_SIZE, text);
		link_send(r->link, &m);
	}
}

/* --- when it fails ---------------------------------------------------------------- */

void
recorder_failed(struct monitor *m, const struct msg_tap_failed *told)
{
	struct terminal *t = terminals_tapped(&m->registry, told->tap);

	if (t != NULL)
		fail(t, told->reason);
}

/* Taps that it was asked to open are told by on_opened(). */
void
recorder_closed(struct monitor *m, const char *why)
{
	struct terminal *t;
	struct conn *c;

	m->recorder->link = NULL;
	if (m->phase == STOPPING)
		return;
	log_error(NULL, "lost atoll-recorder: %s", why);
	metrics_lost(&m->metrics, LOST_RECORDER);
	TAILQ_FOREACH(c, &m->registry.conns, all) {
		LIST_FOREACH(t, &c->terminals, next) {
			if (t->tap == TAP_OPEN)
				lose(t);
		}
	}
	recorder_tick(m);
}

/* Who is not to be recorded at any price does not wait for it for long; a tap that
 * comes later is taken all the same. */
static void
let_go_on(struct terminal *t)
{
	if (!t->waits || is_required(t) ||
	    (uint64_t)clock_ms() - t->since_ms < WAIT_MAX_MS)
		return;
	log_error(&t->conn->tag,
	    "terminal is not recorded yet number=%u: atoll-recorder does not"
	    " run",
	    t->number);
	t->waits = false;
	send_refused(t->conn, t->serial, "");
}

void
recorder_tick(struct monitor *m)
{
	struct recorder *r = m->recorder;
	uint64_t now = uv_now(&m->loop);
	bool is_late, is_lost = false;
	struct err e = { 0 };
	struct terminal *t;
	struct conn *c;

	if (m->phase != SERVING || handover_is_on(m))
		return;
	/* Also for what has become too old before a terminal is recorded. */
	if (r == NULL && policy_records(m->config) &&
	    start_process(m, &e) == -1)
		log_error(NULL, "cannot start atoll-recorder: %s", e.text);
	is_late =
	    r != NULL && r->lost_ms != 0 && now - r->lost_ms > LOST_MAX_MS;
	TAILQ_FOREACH(c, &m->registry.conns, all) {
		LIST_FOREACH(t, &c->terminals, next) {
			if (t->tap == TAP_LOST && is_late && is_required(t))
				fail(t, "its recorder does not run");
			if (t->tap == TAP_LOST)
				let_go_on(t);
			if (t->tap == TAP_LOST)
				recorder_open(t, false);
			is_lost = is_lost || t->tap == TAP_LOST;
		}
	}
	if (!is_lost && m->recorder != NULL)
		m->recorder->lost_ms = 0;
}

void
recorder_close(struct monitor *m)
{
	if (m->recorder != NULL && m->recorder->link != NULL)
		link_close(m->recorder->link, "stopping");
}

void
recorder_free(struct monitor *m)
{
	free(m->recorder);
	m->recorder = NULL;
}
