/* stage.c - the room's screen: a terminal of staff that a lab's students may see. */
#include "gateway/monitor/links/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/base/span.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/lab_answer.h"
#include "gateway/monitor/links/recorder.h"
#include "gateway/monitor/links/stage_early.h"
#include "gateway/monitor/links/watch.h"
#include "gateway/monitor/seats/conn_terminals.h"
#include "gateway/wire/lab_protocol.h"

#define AGAIN_MS 10000 /* so long a tap that does not come is waited for */

/* Who looks, on which terminal. */
struct viewer {
	LIST_ENTRY(viewer) next;
	struct conn *conn;
	uint32_t terminal; /* its serial there */
	uint32_t watch;	   /* as atoll-recorder calls it; 0: not shown yet */
	uint32_t asked;	   /* the serial of what is answered when it is over */
};

struct stage {
	LIST_ENTRY(stage) next;
	struct monitor *monitor;
	char lab[NAME_SIZE], account[NAME_SIZE];
	uint32_t sandbox, terminal;
	uint32_t tap;	   /* that it is shown by; 0: none now */
	uint64_t since_ms; /* uv_now() of its begin, */
	uint64_t tap_ms;   /* and since when it waits for a tap */
	LIST_HEAD(, viewer) viewers;
	unsigned count, looked; /* now, and ever */
	struct log_tag tag;
};

/* --- who and where ------------------------------------------------------------ */

static struct stage *
stage_of_lab(const struct monitor *m, const char *lab)
{
	struct stage *st;

	LIST_FOREACH(st, &m->stages, next) {
		if (strcmp(st->lab, lab) == 0)
			break;
	}
	return st;
}

static struct seat *
seat_of(const struct stage *st)
{
	struct seat *s = seat_by_sandbox(&st->monitor->registry, st->sandbox);

	return s != NULL && seat_is_live(s) ? s : NULL;
}

/* NULL: nobody is at it now. */
static struct terminal *
terminal_of(const struct stage *st)
{
	const struct seat *s = seat_of(st);

	return s == NULL ? NULL : terminals_of_seat(s, st->terminal);
}

static bool
is_staff(struct monitor *m, const char *account, const char *lab)
{
	const struct lab *l = config_lab(m->config, lab);

	return l != NULL && policy_is_staff(accounts_find(m, account), l);
}

static bool
is_of(const struct stage *st, const struct seat *s, uint32_t terminal)
{
	return st->sandbox == s->sandbox && st->terminal == terminal;
}

/* --- telling ------------------------------------------------------------------ */

static void __attribute__((format(printf, 4, 5))) tell(const struct seat *s,
    uint32_t serial, enum lab_status status, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list ap;

	if (s == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	lab_answer(s, serial, status, text);
}

static void
refuse_unknown(const struct seat *s, uint32_t serial)
{
	tell(s, serial, LAB_FAILED,
	    "The gateway does not know this terminal: it was begun before it"
	    " could show any. Log in again.\n");
}

/* What is asked again may bring another look. */
static void
ask_again(struct monitor *m, bool is_end)
{
	struct seat *s;
	struct msg asked;

	while ((s = stage_early_take(m, is_end, &asked)) != NULL) {
		if (terminals_of_seat(s, asked.stage.terminal) != NULL)
			stage_asked(s, &asked);
		else
			refuse_unknown(s, asked.serial);
	}
}

/* --- its end ------------------------------------------------------------------ */

static void
remove_viewer(struct stage *st, struct viewer *v, const char *why)
{
	if (v->watch != 0)
		recorder_unwatch(st->monitor, v->watch);
	tell(v->conn->seat, v->asked, LAB_DONE, "%s\n", why);
	LIST_REMOVE(v, next);
	st->count--;
	free(v);
}

static void
end_viewer(struct stage *st, struct viewer *v, const char *why)
{
	struct msg m;

	MSG_NEW(&m, STAGE_OVER, stage_over);
	m.serial = v->terminal;
	if (v->conn->link != NULL)
		link_send(v->conn->link, &m);
	remove_viewer(st, v, why);
}

/* The presenter is told by the caller, or not at all. */
static void
end(struct stage *st, const char *why)
{
	struct terminal *t = terminal_of(st);
	uint64_t now = uv_now(&st->monitor->loop);
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "The stage is over: %s.", why);
	while (!LIST_EMPTY(&st->viewers))
		end_viewer(st, LIST_FIRST(&st->viewers), text);
	log_info(&st->tag,
	    "stage ended account=%s lab=%s terminal=%u looked=%u s=%u: %s",
	    st->account, st->lab, st->terminal, st->looked,
	    (unsigned)((now - st->since_ms) / 1000), why);
	LIST_REMOVE(st, next);
	free(st);
	if (t == NULL)
		return;
	t->is_staged = false;
	watch_release(t);
}

/* Likewise, and whoever is at the terminal reads how many there were. */
static void
end_and_tell(struct stage *st, const char *why)
{
	struct terminal *t = terminal_of(st);
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text),
	    "the stage is over: %s; %u looked at its end, %u in all", why,
	    st->count, st->looked);
	if (t != NULL && t->conn->link != NULL)
		answer_notice(t->conn, text);
	end(st, why);
}

void
stage_end_all(struct monitor *m, const char *why)
{
	ask_again(m, true);
	while (!LIST_EMPTY(&m->stages))
		end_and_tell(LIST_FIRST(&m->stages), why);
}

/* --- it is shown -------------------------------------------------------------- */

/* One end to atoll-recorder, the other to the session of who looks. */
static int
pass_view(const struct stage *st, struct terminal *t, struct viewer *v,
    struct err *e)
{
	CLOSES int recorder = -1;
	CLOSES int session = -1;
	struct msg m;

	if (chan_link(&recorder, &session, e) == -1)
		return -1;
	v->watch = ++st->monitor->last_watch;
	MSG_NEW(&m, WATCH_OPEN, watch_open);
	m.watch_open.tap = t->tap_number;
	m.watch_open.watch = v->watch;
	m.watch_open.is_stage = 1;
	m.fd[0] = recorder;
	if (recorder_watch(t, &m, e) == -1)
		return -1;
	MSG_NEW(&m, STAGE_VIEW, stage_view);
	m.serial = v->terminal;
	m.fd[0] = session;
	snprintf(m.stage_view.label, TEXT_SIZE, "the screen of %s",
	    st->account);
	return link_pass(v->conn->link, &m, e);
}

static void
show(struct stage *st, struct terminal *t, struct viewer *v)
{
	struct err e = { 0 };

	if (v->conn->link == NULL || pass_view(st, t, v, &e) == 0)
		return;
	log_error(&v->conn->tag, "cannot show the stage: %s", e.text);
	end_viewer(st, v,
	    "This host is out of resources; try again in a minute.");
}

static void
show_all(struct stage *st, struct terminal *t)
{
	struct viewer *v, *after;

	st->tap = t->tap_number;
	for (v = LIST_FIRST(&st->viewers); v != NULL; v = after) {
		after = LIST_NEXT(v, next);
		show(st, t, v);
	}
}

static void
look_at_terminal(struct stage *st, struct terminal *t)
{
	t->is_staged = true;
	if (t->tap == TAP_OPEN && t->tap_number == st->tap)
		return;
	if (st->tap != 0) {
		st->tap = 0;
		st->tap_ms = uv_now(&st->monitor->loop);
	}
	if (t->tap == TAP_NONE)
		recorder_open(t, true);
	if (t->tap == TAP_OPEN)
		show_all(st, t);
	else if (t->tap == TAP_FAILED)
		end_and_tell(st,
		    "what the terminal shows cannot be had: the gateway's log"
		    " says why");
	else if (uv_now(&st->monitor->loop) - st->tap_ms > AGAIN_MS)
		end_and_tell(st,
		    "the gateway's program for this does not run: tell the"
		    " administrator");
}

static void
look(struct stage *st)
{
	struct terminal *t = terminal_of(st);

	if (seat_of(st) == NULL)
		end(st, "its sandbox has ended");
	else if (!is_staff(st->monitor, st->account, st->lab))
		end_and_tell(st,
		    "who had it is not staff of this lab any more");
	else if (t != NULL)
		look_at_terminal(st, t);
	else /* who comes back finds a tap again */
		st->tap_ms = uv_now(&st->monitor->loop);
}

void
stage_look(struct monitor *m)
{
	struct stage *st, *after;

	ask_again(m, false);
	for (st = LIST_FIRST(&m->stages); st != NULL; st = after) {
		after = LIST_NEXT(st, next);
		look(st);
	}
}

/* --- who goes ----------------------------------------------------------------- */

static struct viewer *
find_viewer(struct monitor *m, const struct conn *c, uint32_t serial,
    struct stage **of)
{
	struct viewer *v;

	LIST_FOREACH(*of, &m->stages, next) {
		LIST_FOREACH(v, &(*of)->viewers, next) {
			if (v->conn == c && v->terminal == serial)
				return v;
		}
	}
	return NULL;
}

void
stage_left(struct conn *c, uint32_t serial)
{
	struct stage *st;
	struct viewer *v = find_viewer(c->monitor, c, serial, &st);

	if (v != NULL)
		remove_viewer(st, v, "You have left the stage.");
}

void
stage_terminal_gone(struct terminal *t, bool has_ended)
{
	const struct seat *s = t->conn->seat;
	struct stage *st;

	stage_left(t->conn, t->serial);
	st = s == NULL ? NULL : stage_of_lab(t->conn->monitor, s->lab);
	if (st == NULL || t->number == 0 || !is_of(st, s, t->number))
		return;
	t->is_staged = false;
	st->tap = 0;
	if (has_ended || !s->reattach)
		end(st, "its terminal has ended");
}

/* --- lab stage ---------------------------------------------------------------- */

static void
say_count(const struct stage *st, const struct seat *s, uint32_t serial)
{
	char span[SPAN_SIZE];

	span_text((int64_t)((uv_now(&st->monitor->loop) - st->since_ms) / 1000),
	    span);
	tell(s, serial, LAB_DONE,
	    "This terminal is the room's screen since %s: %u look%s at it now,"
	    " %u did in all.\n",
	    span, st->count, st->count == 1 ? "s" : "", st->looked);
}

static void
begin(struct seat *s, uint32_t serial, struct terminal *t)
{
	struct monitor *m = s->monitor;
	struct stage *st = calloc(1, sizeof(*st));

	if (st == NULL) {
		tell(s, serial, LAB_FAILED, "The gateway is out of memory.\n");
		return;
	}
	st->monitor = m;
	text_copy(st->lab, NAME_SIZE, s->lab);
	text_copy(st->account, NAME_SIZE, s->account);
	st->sandbox = s->sandbox;
	st->terminal = t->number;
	st->since_ms = st->tap_ms = uv_now(&m->loop);
	st->tag = s->tag;
	LIST_INIT(&st->viewers);
	LIST_INSERT_HEAD(&m->stages, st, next);
	log_info(&st->tag, "stage account=%s lab=%s terminal=%u", st->account,
	    st->lab, st->terminal);
	tell(s, serial, LAB_DONE,
	    "This terminal is the room's screen now: all that it shows is seen"
	    " by who types 'lab stage' in this lab. 'lab stage off' or its end"
	    " ends that.\n");
	look(st);
}

static void
turn_on(struct seat *s, uint32_t serial, struct terminal *t)
{
	const struct stage *st = stage_of_lab(s->monitor, s->lab);

	if (!is_staff(s->monitor, s->account, s->lab))
		tell(s, serial, LAB_FAILED,
		    "Only staff of the lab %s share their terminal, and its"
		    " option staff names no group of yours. 'lab stage' shows"
		    " what they share.\n",
		    s->lab);
	else if (st != NULL && is_of(st, s, t->number))
		say_count(st, s, serial);
	else if (st != NULL)
		tell(s, serial, LAB_FAILED,
		    "%s has the stage of this lab already, on terminal %u:"
		    " 'lab stage off' there ends that.\n",
		    st->account, st->terminal);
	else
		begin(s, serial, t);
}

/* From any terminal of the one who has it. */
static void
turn_off(struct seat *s, uint32_t serial)
{
	struct stage *st = stage_of_lab(s->monitor, s->lab);

	if (st == NULL) {
		tell(s, serial, LAB_FAILED,
		    "Nobody has the stage of this lab.\n");
	} else if (strcmp(st->account, s->account) != 0) {
		tell(s, serial, LAB_FAILED,
		    "%s has the stage of this lab, and alone ends it.\n",
		    st->account);
	} else {
		tell(s, serial, LAB_DONE,
		    "The stage is over: %u looked at its end, %u in all.\n",
		    st->count, st->looked);
		end(st, "who had it has ended it");
	}
}

static void
add_viewer(struct stage *st, struct seat *s, uint32_t serial,
    const struct terminal *t, struct terminal *shown)
{
	struct viewer *v = calloc(1, sizeof(*v));

	if (v == NULL) {
		tell(s, serial, LAB_FAILED, "The gateway is out of memory.\n");
		return;
	}
	v->conn = t->conn;
	v->terminal = t->serial;
	v->asked = serial;
	LIST_INSERT_HEAD(&st->viewers, v, next);
	st->count++;
	st->looked++;
	if (shown->tap == TAP_OPEN && shown->tap_number == st->tap)
		show(st, shown, v);
}

static void
look_at_it(struct seat *s, uint32_t serial, const struct terminal *t)
{
	struct stage *st = stage_of_lab(s->monitor, s->lab), *of;
	struct terminal *shown = st == NULL ? NULL : terminal_of(st);

	if (st == NULL)
		tell(s, serial, LAB_FAILED,
		    "Nobody has the stage of this lab now: staff do after 'lab"
		    " stage on'.\n");
	else if (is_of(st, s, t->number))
		say_count(st, s, serial);
	else if (shown == NULL)
		tell(s, serial, LAB_FAILED,
		    "%s has the stage, and is not at the terminal now: try"
		    " again in a moment.\n",
		    st->account);
	else if (strcmp(t->term, "dumb") == 0)
		tell(s, serial, LAB_FAILED,
		    "Your terminal cannot show another one: its kind, TERM, is"
		    " dumb.\n");
	else if (find_viewer(s->monitor, t->conn, t->serial, &of) != NULL)
		tell(s, serial, LAB_FAILED,
		    "This terminal shows the stage already.\n");
	else
		add_viewer(st, s, serial, t, shown);
}

void
stage_asked(struct seat *s, const struct msg *m)
{
	struct terminal *t = terminals_of_seat(s, m->stage.terminal);

	if (handover_is_on(s->monitor))
		tell(s, m->serial, LAB_FAILED,
		    "The gateway is being upgraded: try again in a moment.\n");
	else if (m->stage.what == STAGE_OFF)
		turn_off(s, m->serial);
	else if (t == NULL && stage_early_keep(s, m))
		return;
	else if (t == NULL)
		refuse_unknown(s, m->serial);
	else if (m->stage.what == STAGE_ON)
		turn_on(s, m->serial, t);
	else if (m->stage.what == STAGE_LOOK)
		look_at_it(s, m->serial, t);
	else
		lab_answer_unknown(s, m->serial);
}
