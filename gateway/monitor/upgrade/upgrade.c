/* upgrade.c - the atolld that is installed now takes over. */
#include "gateway/monitor/upgrade/upgrade.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/base/trial.h"
#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/admission/proxied.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/reload.h"
#include "gateway/monitor/seats/seating.h"
#include "gateway/monitor/upgrade/obstacle.h"
#include "gateway/monitor/upgrade/save.h"

#define QUIET_MS   2000 /* for what is under way to come to its end */
#define LOOK_MS	   10
#define BUILDER_MS 10000 /* for the next builder's first word */

struct upgrade {
	uv_timer_t timer;
	uint32_t client;	  /* number of the tool that asked */
	uint64_t until_ms;	  /* uv_now() when it is given up */
	char obstacle[TEXT_SIZE]; /* that the builder told of last */
	char version[TEXT_SIZE];  /* of the build before, after an upgrade */
};

static char program[PATH_MAX];

#define TO(state) (1u << (state))

/* From asking it goes back to quieting when the builder was not quiet, or we are not
 * any more; from everywhere to none when it is given up. */
static const struct {
	const char *name;
	unsigned next;
} steps[HANDOVER_STATES] = {
	[HANDOVER_NONE] = { "none", TO(HANDOVER_QUIETING) },
	[HANDOVER_QUIETING] = { "quieting",
	    TO(HANDOVER_ASKING) | TO(HANDOVER_NONE) },
	[HANDOVER_ASKING] = { "asking",
	    TO(HANDOVER_READY) | TO(HANDOVER_QUIETING) | TO(HANDOVER_NONE) },
	[HANDOVER_READY] = { "ready",
	    TO(HANDOVER_QUIETING) | TO(HANDOVER_NONE) },
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

void
upgrade_remember_program(void)
{
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) == -1)
		program[0] = '\0';
}

static struct upgrade *
upgrade_of(struct monitor *m)
{
	if (m->upgrade != NULL)
		return m->upgrade;
	m->upgrade = calloc(1, sizeof(*m->upgrade));
	if (m->upgrade == NULL)
		return NULL;
	uv_timer_init(&m->loop, &m->upgrade->timer);
	m->upgrade->timer.data = m;
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
resume(struct monitor *m)
{
	struct conn *c;

	uv_timer_stop(&m->upgrade->timer);
	step(m, HANDOVER_NONE);
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
	resume(m);
	tell_asker(m, 1, why);
}

/* --- the exec ------------------------------------------------------------- */

static void
signals_to_hold(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
}

void
upgrade_hold_signals(void)
{
	sigset_t set;

	signals_to_hold(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
upgrade_release_signals(void)
{
	sigset_t set;

	signals_to_hold(&set);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

_Noreturn void
upgrade_tell_trial(int rc, const struct err *e)
{
	if (rc == 0)
		dprintf(STDERR_FILENO, "%016" PRIx64 "\n", (uint64_t)PROTOCOL);
	else
		dprintf(STDERR_FILENO, "%s\n", e->text);
	_exit(rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* The installed atolld reads our state, in a process of its own.  *protocol is what
 * it speaks with its builder. */
static int
rehearse(struct monitor *m, uint64_t *protocol, struct err *e)
{
	char number[12], said[ERR_TEXT_SIZE];
	const char *const argv[] = { program, "-c", m->config->file, "-u",
		number, "-R", NULL };
	struct saved s;
	char *end;
	int rc = save_state(m, client_find(m, m->upgrade->client), &s, e);

	snprintf(number, sizeof(number), "%d", s.state);
	if (rc == 0)
		rc = trial_run("the installed atolld", argv, -1, said, e);
	save_undo(&s);
	if (rc == -1)
		return -1;
	*protocol = strtoull(said, &end, 16);
	return end == said || *end != '\0'
		   ? err_set(e, 0, "the installed atolld says \"%.80s\"", said)
		   : 0;
}

/* Its HELLO is of the build that is installed now; one that could not exec says
 * ours again. */
static int
hand_over_builder(struct monitor *m, uint64_t protocol, struct err *e)
{
	struct msg hello;

	build_upgrade(m);
	if (m->builder == NULL ||
	    link_await(m->builder, MSG_HELLO, BUILDER_MS, &hello) == -1)
		return err_set(e, 0, "the builder does not answer");
	if (hello.hello.protocol != protocol)
		return err_set(e, 0,
		    "the builder stays of the build before, or is of another"
		    " than atolld: install all from one package");
	return 0;
}

/* Returns when it cannot be. */
static void
become_next(struct monitor *m, struct err *e)
{
	char number[12];
	struct saved s;

	if (save_state(m, client_find(m, m->upgrade->client), &s, e) == 0) {
		snprintf(number, sizeof(number), "%d", s.state);
		execl(program, "atolld", "-c", m->config->file, "-u", number,
		    (char *)NULL);
		err_set(e, errno, "exec %s", program);
	}
	save_undo(&s);
}

static void
hand_over(struct monitor *m)
{
	uint64_t protocol;
	struct err e;

	/* One that the loop has taken and not told us of would be lost. */
	upgrade_hold_signals();
	if (rehearse(m, &protocol, &e) == -1) {
		upgrade_release_signals();
		give_up(m, e.text);
		return;
	}
	log_info(NULL, "upgrading connections=%u sandboxes=%u",
	    m->registry.conn_count, m->registry.running);
	if (hand_over_builder(m, protocol, &e) == 0) {
		become_next(m, &e);
		m->is_reload_due = true; /* this builder has no labs */
		if (protocol != PROTOCOL)
			monitor_fail(m,
			    "the builder is of the next build, and atolld"
			    " could not become it");
	}
	upgrade_release_signals();
	give_up(m, e.text);
}

/* --- the steps ------------------------------------------------------------ */

static bool
on_answer(void *self, struct msg *msg)
{
	struct monitor *m = self;
	struct upgrade *u = m->upgrade;

	if (msg == NULL)
		return true; /* lost the builder: the monitor ends */
	if (m->handover != HANDOVER_ASKING)
		return true; /* given up meanwhile: we are to stop */
	if (msg->upgrade_answer.answer == UPGRADE_READY) {
		step(m, HANDOVER_READY);
	} else if (msg->upgrade_answer.answer == UPGRADE_BUSY) {
		text_copy(u->obstacle, sizeof(u->obstacle),
		    msg->upgrade_answer.reason);
		step(m, HANDOVER_QUIETING);
	} else {
		give_up(m, msg->upgrade_answer.reason);
		return true;
	}
	/* Not here: our own call is still to be answered. */
	uv_timer_start(&u->timer, u->timer.timer_cb, 0, LOOK_MS);
	return true;
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

static void
look(uv_timer_t *timer)
{
	struct monitor *m = timer->data;
	struct upgrade *u = m->upgrade;
	bool is_late = uv_now(&m->loop) >= u->until_ms;
	char text[TEXT_SIZE];
	const char *why;

	if (m->phase != SERVING) { /* it is to stop: nobody waits any more */
		give_up(m, "the gateway is shutting down");
		return;
	}
	if (m->handover == HANDOVER_ASKING)
		return;
	hold_logins(m);
	why = find_obstacle(m, is_late);
	if (why == NULL && is_late && m->handover == HANDOVER_QUIETING)
		why = u->obstacle[0] == '\0' ? NULL : u->obstacle;
	if (why != NULL && is_late) {
		snprintf(text, sizeof(text), "%.400s: try again", why);
		give_up(m, text);
	} else if (why != NULL && m->handover == HANDOVER_READY) {
		step(m, HANDOVER_QUIETING);
	} else if (why == NULL && m->handover == HANDOVER_READY) {
		hand_over(m);
	} else if (why == NULL) {
		step(m, HANDOVER_ASKING);
		build_prepare_upgrade(m, on_answer, m);
	}
}

void
upgrade_begin(struct monitor *m, struct client *c)
{
	struct upgrade *u = upgrade_of(m);

	if (u == NULL || program[0] == '\0') {
		tell(c, 1, "this host is out of memory; try again in a minute");
	} else if (m->phase != SERVING || m->is_upgraded) {
		tell(c, 1, "the gateway is starting or stopping: try again");
	} else if (m->handover != HANDOVER_NONE) {
		tell(c, 1, "an upgrade is under way already");
	} else {
		u->client = c->number;
		c->awaits_upgrade = true;
		u->until_ms = uv_now(&m->loop) + QUIET_MS;
		u->obstacle[0] = '\0';
		step(m, HANDOVER_QUIETING);
		listeners_pause(m);
		uv_timer_start(&u->timer, look, 0, LOOK_MS);
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
