/* upgrade.c - the monitor that is installed now takes over. */
#include "gateway/monitor/upgrade/upgrade.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/admission/proxied.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/self_export.h"
#include "gateway/monitor/links/seat_list.h"
#include "gateway/monitor/links/stage.h"
#include "gateway/monitor/links/watch.h"
#include "gateway/monitor/reload.h"
#include "gateway/monitor/seats/seating.h"
#include "gateway/monitor/upgrade/obstacle.h"
#include "gateway/monitor/upgrade/takeover.h"

#define QUIET_MS     2000 /* for what is under way to come to its end */
#define LOOK_MS	     10
#define WAIT_LOOK_MS 100
#define REST_MS	     3000  /* between two times that nobody can log in */
#define SILENT_MS    1000  /* before the tool is told that it waits */
#define TELL_MS	     5000  /* and told again */
#define WAIT_MS	     20000 /* for a tool that does not say how long */

struct upgrade {
	struct monitor *monitor;
	uv_timer_t timer;
	uint32_t client;	  /* number of the tool that asked */
	bool is_patient;	  /* it understands UPGRADE_WAITS */
	uint64_t wait_ms;	  /* how long it may wait */
	uint64_t until_ms;	  /* uv_now() when it is given up */
	uint64_t quiet_until_ms;  /* when logins go on, whatever is under way */
	uint64_t rest_until_ms;	  /* when they may be held again */
	uint64_t told_ms;	  /* when the tool was told what it waits for */
	char obstacle[TEXT_SIZE]; /* that was found last; empty: none */
	uint64_t protocol;	  /* of the installed monitor */
	char refusal[TEXT_SIZE];  /* why that one cannot take over, or empty */
	char version[TEXT_SIZE];  /* of the build before, after an upgrade */
};

#define TO(state) (1u << (state))

/* From asking it goes back to quieting when the builder was not quiet, or we are not
 * any more; to waiting when quiet does not come; from everywhere to none when it is
 * given up. */
static const struct {
	const char *name;
	unsigned next;
} steps[HANDOVER_STATES] = {
	[HANDOVER_NONE] = { "none", TO(HANDOVER_TRYING) },
	[HANDOVER_TRYING] = { "trying",
	    TO(HANDOVER_WAITING) | TO(HANDOVER_NONE) },
	[HANDOVER_WAITING] = { "waiting",
	    TO(HANDOVER_QUIETING) | TO(HANDOVER_NONE) },
	[HANDOVER_QUIETING] = { "quieting",
	    TO(HANDOVER_ASKING) | TO(HANDOVER_WAITING) | TO(HANDOVER_NONE) },
	[HANDOVER_ASKING] = { "asking",
	    TO(HANDOVER_READY) | TO(HANDOVER_QUIETING) | TO(HANDOVER_NONE) },
	[HANDOVER_READY] = { "ready",
	    TO(HANDOVER_QUIETING) | TO(HANDOVER_WAITING) | TO(HANDOVER_NONE) },
};

static void
step(struct monitor *m, enum handover next)
{
	if ((steps[m->handover].next & TO(next)) == 0) {
		log_error(NULL, "impossible step of an upgrade from=%s to=%s",
		    steps[m->handover].name, steps[next].name);
		return;
	}
	log_debug(NULL, "upgrade step from=%s to=%s", steps[m->handover].name,
	    steps[next].name);
	m->handover = next;
}

static struct upgrade *
upgrade_of(struct monitor *m)
{
	if (m->upgrade != NULL)
		return m->upgrade;
	m->upgrade = calloc(1, sizeof(*m->upgrade));
	if (m->upgrade == NULL)
		return NULL;
	m->upgrade->monitor = m;
	uv_timer_init(&m->loop, &m->upgrade->timer);
	m->upgrade->timer.data = m->upgrade;
	return m->upgrade;
}

/* --- the tool ------------------------------------------------------------- */

static void
tell(struct client *c, uint32_t status, const char *text)
{
	struct msg m;

	MSG_NEW(&m, UPGRADED, upgraded);
	m.upgraded.status = status;
	text_copy(m.upgraded.text, TEXT_SIZE, text);
	client_send(c, &m);
}

static void
tell_asker(struct monitor *m, uint32_t status, const char *text)
{
	struct client *c = client_find(m, m->upgrade->client);

	m->upgrade->client = 0;
	if (c == NULL)
		return; /* it was interrupted */
	c->awaits_upgrade = false;
	tell(c, status, text);
}

/* It waits: for what, unless it was told just now. */
static void
tell_what_for(struct upgrade *u, const char *what)
{
	uint64_t now = uv_now(&u->monitor->loop);
	struct client *c = client_find(u->monitor, u->client);
	bool is_new = strcmp(u->obstacle, what) != 0;
	struct msg m;

	text_copy(u->obstacle, sizeof(u->obstacle), what);
	if (c == NULL || !u->is_patient ||
	    now + u->wait_ms < u->until_ms + SILENT_MS ||
	    (!is_new && now < u->told_ms + TELL_MS))
		return;
	u->told_ms = now;
	MSG_NEW(&m, UPGRADE_WAITS, upgrade_waits);
	text_copy(m.upgrade_waits.text, TEXT_SIZE, what);
	client_send(c, &m);
}

/* --- nothing new ---------------------------------------------------------- */

/* A login costs a hash, and another after it: what those say who have not logged in
 * waits in their sockets. */
static void
hold_logins(struct monitor *m)
{
	struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->state == CONN_AUTH && c->link != NULL)
			link_hold(c->link);
	}
}

/* All goes on as before. */
static void
let_go_on(struct monitor *m)
{
	struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->link != NULL)
			link_go_on(c->link);
	}
	listeners_resume(m);
	if (m->phase == SERVING)
		seating_tick(m); /* who has waited for a place meanwhile */
	if (m->is_reload_due)
		reload_begin(m);
}

static void
give_up(struct monitor *m, const char *why)
{
	log_error(NULL, "cannot upgrade, and go on as before: %s", why);
	uv_timer_stop(&m->upgrade->timer);
	step(m, HANDOVER_NONE);
	let_go_on(m);
	tell_asker(m, 1, why);
}

static void
give_up_waiting(struct upgrade *u)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%.400s: try again", u->obstacle);
	give_up(u->monitor, text);
}

/* --- the steps ------------------------------------------------------------ */

static void look(uv_timer_t *timer);

/* From a reply: not at once, since our own call is still to be answered. */
static void
look_soon(struct upgrade *u)
{
	uv_timer_start(&u->timer, look, 0, LOOK_MS);
}

static bool
on_tried(void *self, struct msg *msg)
{
	struct upgrade *u = self;
	struct monitor *m = u->monitor;

	if (msg == NULL)
		return true; /* lost the builder: the monitor ends */
	if (m->handover != HANDOVER_TRYING)
		return true; /* given up meanwhile: we are to stop */
	if (msg->upgrade_answer.answer == UPGRADE_READY) {
		step(m, HANDOVER_WAITING);
		self_export_stop_all(m);
		u->until_ms = uv_now(&m->loop) + u->wait_ms;
		look_soon(u);
	} else {
		give_up(m, msg->upgrade_answer.reason);
	}
	return true;
}

static bool
on_answer(void *self, struct msg *msg)
{
	struct upgrade *u = self;
	struct monitor *m = u->monitor;

	if (msg == NULL)
		return true; /* lost the builder: the monitor ends */
	if (m->handover != HANDOVER_ASKING)
		return true; /* given up meanwhile: we are to stop */
	if (u->refusal[0] != '\0') {
		give_up(m, u->refusal);
	} else if (msg->upgrade_answer.answer == UPGRADE_REFUSED) {
		give_up(m, msg->upgrade_answer.reason);
	} else {
		text_copy(u->obstacle, sizeof(u->obstacle),
		    msg->upgrade_answer.reason);
		step(m, u->obstacle[0] == '\0' ? HANDOVER_READY
					       : HANDOVER_QUIETING);
		look_soon(u);
	}
	return true;
}

/* Both next builds are tried at the same time, and nobody can log in for as short a
 * time as can be. */
static void
ask(struct upgrade *u)
{
	struct monitor *m = u->monitor;
	struct err e;

	step(m, HANDOVER_ASKING);
	u->refusal[0] = '\0';
	build_prepare_upgrade(m, on_answer, u);
	if (takeover_rehearse(m, client_find(m, u->client), &u->protocol, &e) ==
	    -1)
		text_copy(u->refusal, sizeof(u->refusal), e.text);
}

static void
hand_over(struct upgrade *u)
{
	struct monitor *m = u->monitor;
	struct err e;

	takeover_run(m, client_find(m, u->client), u->protocol, &e);
	give_up(m, e.text);
}

/* Why it cannot be now; what only waits for a load balancer is not waited for. */
static const char *
find_obstacle(struct monitor *m, bool is_late)
{
	const char *why = obstacle_find(m);

	if (why == NULL || !is_late || m->proxied_count == 0)
		return why;
	proxied_close_all(m);
	return obstacle_find(m);
}

/* Quiet has not come: who waits to log in is not to wait for longer. */
static void
rest(struct upgrade *u, const char *why)
{
	struct monitor *m = u->monitor;
	uint64_t now = uv_now(&m->loop);

	u->rest_until_ms = now + REST_MS;
	if (now >= u->until_ms) {
		text_copy(u->obstacle, sizeof(u->obstacle), why);
		give_up_waiting(u);
		return;
	}
	step(m, HANDOVER_WAITING);
	uv_timer_start(&u->timer, look, WAIT_LOOK_MS, WAIT_LOOK_MS);
	let_go_on(m);
	tell_what_for(u, why);
}

/* What cannot be written is lost, and no reason to stay. */
static void
write_diary(struct monitor *m)
{
	if (!m->diary.has_failed)
		diary_flush(m);
}

static void
look_for_quiet(struct upgrade *u)
{
	struct monitor *m = u->monitor;
	bool is_late = uv_now(&m->loop) >= u->quiet_until_ms;
	const char *why;

	hold_logins(m);
	write_diary(m);
	why = find_obstacle(m, is_late);
	if (why == NULL && is_late && m->handover == HANDOVER_QUIETING &&
	    u->obstacle[0] != '\0')
		why = u->obstacle; /* the builder's */
	if (why != NULL && is_late)
		rest(u, why);
	else if (why != NULL && m->handover == HANDOVER_READY)
		step(m, HANDOVER_QUIETING);
	else if (why == NULL && m->handover == HANDOVER_READY)
		hand_over(u);
	else if (why == NULL)
		ask(u);
}

/* Logins go on while something is under way that takes long. */
static void
look_for_moment(struct upgrade *u)
{
	struct monitor *m = u->monitor;
	uint64_t now = uv_now(&m->loop);
	const char *why = obstacle_find_long(m);

	if (why == NULL && now >= u->rest_until_ms) {
		step(m, HANDOVER_QUIETING);
		u->obstacle[0] = '\0';
		u->quiet_until_ms = now + QUIET_MS;
		watch_end_all(m, "the gateway is being upgraded, which ends"
				 " this: give the command again in a moment");
		seat_list_end_all(m, "the gateway is being upgraded");
		stage_end_all(m, "the gateway is being upgraded, and it can"
				 " begin again in a moment");
		listeners_pause(m);
		look_soon(u);
		return;
	}
	if (why != NULL)
		tell_what_for(u, why);
	if (now >= u->until_ms)
		give_up_waiting(u);
	else
		uv_timer_start(&u->timer, look, WAIT_LOOK_MS, WAIT_LOOK_MS);
}

static void
look(uv_timer_t *timer)
{
	struct upgrade *u = timer->data;
	struct monitor *m = u->monitor;

	if (m->phase != SERVING) /* it is to stop: nobody waits any more */
		give_up(m, "the gateway is shutting down");
	else if (m->handover == HANDOVER_WAITING)
		look_for_moment(u);
	else if (m->handover == HANDOVER_QUIETING ||
		 m->handover == HANDOVER_READY)
		look_for_quiet(u);
}

void
upgrade_begin(struct monitor *m, struct client *c, uint32_t patience)
{
	struct upgrade *u = upgrade_of(m);

	if (u == NULL || !takeover_is_possible()) {
		tell(c, 1, "this host is out of memory; try again in a minute");
	} else if (m->phase != SERVING || m->is_upgraded ||
		   m->builder == NULL) {
		tell(c, 1, "the gateway is starting or stopping: try again");
	} else if (m->handover != HANDOVER_NONE) {
		tell(c, 1, "an upgrade is under way already");
	} else {
		u->client = c->number;
		c->awaits_upgrade = true;
		u->is_patient = patience > 0;
		u->wait_ms =
		    patience > 0 ? (uint64_t)(patience - 1) * 1000 : WAIT_MS;
		u->rest_until_ms = 0;
		u->obstacle[0] = '\0';
		step(m, HANDOVER_TRYING);
		link_cancel(m->builder, u); /* of one that was given up */
		build_try_programs(m, on_tried, u);
		look_soon(u);
	}
}

/* --- the next build ------------------------------------------------------- */

void
upgrade_go_on(struct monitor *m, uint32_t client, const char *version)
{
	struct upgrade *u = upgrade_of(m);

	m->is_upgraded = true;
	log_info(NULL,
	    "upgraded from=%s to=" VERSION " connections=%u sandboxes=%u",
	    version, m->registry.conn_count, m->registry.running);
	if (u == NULL)
		return; /* the tool sees no answer: its socket will close */
	u->client = client;
	text_copy(u->version, sizeof(u->version), version);
}

void
upgrade_has_loaded(struct monitor *m)
{
	bool is_loaded = !m->is_load_refused;
	char text[TEXT_SIZE];

	if (!m->is_upgraded)
		return;
	m->is_upgraded = false;
	if (m->upgrade == NULL)
		return;
	snprintf(text, sizeof(text),
	    "upgraded from %.64s to " VERSION ": %u connection%s and"
	    " %u sandbox%s went on%s",
	    m->upgrade->version, m->registry.conn_count,
	    m->registry.conn_count == 1 ? "" : "s", m->registry.running,
	    m->registry.running == 1 ? "" : "es",
	    is_loaded ? ""
		      : ", but the configuration is not usable any more, and no"
			" sandbox can be made: see the log, and reload");
	tell_asker(m, is_loaded ? 0 : 1, text);
}
