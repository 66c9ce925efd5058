/* seating.c - who gets a sandbox, when, and until when. */
#include "gateway/monitor/seats/seating.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/config/greeting.h"
#include "gateway/config/hours.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/deadline.h"
#include "gateway/monitor/seats/limit_notice.h"
#include "gateway/monitor/seats/places.h"

/* More than an init of ours lets through, see sandbox/init/lab_socket.c. */
#define INIT_WORDS_MAX 50 /* at once, */
#define INIT_WORD_MS   50 /* and then one each */

static void
tell_refused(struct conn *c, const char *reason)
{
	struct msg m;

	MSG_NEW(&m, SEAT_REFUSED, seat_refused);
	text_copy(m.seat_refused.reason, TEXT_SIZE, reason);
	link_send(c->link, &m);
}

static void
refuse(struct conn *c, const char *lab, const char *reason)
{
	log_warn(&c->tag, "seat refused lab=%s reason=%s", lab, reason);
	tell_refused(c, reason);
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
}

static void
cannot_introduce(struct conn *c, const struct seat *s, const struct err *e)
{
	log_error(&c->tag, "cannot introduce: %s", e->text);
	refuse(c, s->lab,
	    "this host is out of descriptors; try again in a minute");
	conn_step(c, CONN_READY);
	seating_leave(c);
}

/* Hand the session one end of a new link, the sandbox's init the other. */
static void
introduce(struct conn *c, struct seat *s)
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
	if (lab != NULL)
		describe_lab(c, s, lab, banner, motd, &m.seat_ready);
	m.fd[0] = ends[1];
	conn_step(c, CONN_SEATED);
	c->sandbox = s->sandbox;
	log_info(&c->tag, "seated lab=%s sandbox=%u image=%s sha256=%s", s->lab,
	    s->sandbox, s->image, s->sha256[0] == '\0' ? "unknown" : s->sha256);
	link_send(c->link, &m);
	msg_close(&m);
	deadline_tell_newcomer(c);
}

/* A seat in line gets its place: what its lab allows today holds for it. */
static void
start_building(struct monitor *m, struct seat *s)
{
	const struct lab *lab = config_lab(m->config, s->lab);

	/* Nobody can come back to who has no account. */
	s->linger = policy_is_anonymous(s->account) ? 0 : lab->linger;
	s->time_limit = lab->time_limit;
	s->left_told = INT64_MAX;
	s->memory_max = lab->memory;
	s->pids_max = lab->pids;
	s->since = (uint64_t)time(NULL);
	seat_step(&m->registry, s, SEAT_BUILDING);
	build_start(m, s->sandbox, s->account, s->lab);
}

/* Everybody on the seat hears the reason and is free to ask again. */
static void
turn_away(struct seat *s, const char *reason)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		conn_detach(c);
		if (c->state == CONN_WAITING) {
			conn_step(c, CONN_READY);
			refuse(c, s->lab, reason);
		} else if (c->state == CONN_SEATED) {
			conn_step(c, CONN_READY);
		}
	}
}

/* Give free places to who waits longest. */
static void
advance_line(struct monitor *m)
{
	struct seat *s, *next;

	for (s = TAILQ_FIRST(&m->registry.seats); s != NULL; s = next) {
		const struct lab *lab = config_lab(m->config, s->lab);
		char when[HOURS_TEXT_SIZE];

		next = TAILQ_NEXT(s, all);
		if (s->state != SEAT_QUEUED || m->builder == NULL)
			continue;
		if (lab == NULL ||
		    hours_are_closed(lab, (int64_t)time(NULL), when)) {
			turn_away(s, "the lab was closed while you waited");
			seat_remove(&m->registry, s);
		} else if (places_are_free(m, lab)) {
			start_building(m, s);
		}
	}
}

/* The reason why this connection gets no seat there, or false. */
static bool
find_refusal(struct conn *c, const char *lab, char *text, size_t size)
{
	const struct config *cf = c->monitor->config;
	const struct account *a = accounts_of(c);
	const struct lab *l = config_lab(cf, lab);
	char labs[TEXT_SIZE / 2], when[HOURS_TEXT_SIZE];

	if (l == NULL || !policy_may_enter(a, l)) {
		policy_list_labs(cf, a, c->account, labs, sizeof(labs));
		snprintf(text, size, "%s is not a lab of yours; %s",
		    lab[0] != '\0' ? lab : "no name", labs);
		return true;
	}
	if (hours_are_closed(l, (int64_t)time(NULL), when)) {
		snprintf(text, size, "lab %s is %s", l->name, when);
		return true;
	}
	if (c->monitor->phase == STOPPING) {
		snprintf(text, size,
		    "this gateway is shutting down; try again in some minutes");
		return true;
	}
	return false;
}

void
seating_open(struct conn *c, const char *lab)
{
	struct registry *r = &c->monitor->registry;
	char reason[TEXT_SIZE];
	struct seat *s;

	/* The session saw its sandbox end before we did: it waits for the end,
	 * and then for a new one. */
	if (c->state == CONN_SEATED) {
		conn_step(c, CONN_WAITING);
		return;
	}
	if (!bucket_take(&c->asks, (int64_t)uv_now(&c->monitor->loop))) {
		tell_refused(c, "that is asked too often: wait a moment");
		return;
	}
	if (find_refusal(c, lab, reason, sizeof(reason))) {
		refuse(c, lab, reason);
		return;
	}
	s = seat_find(r, c->account, lab);
	if (s == NULL) {
		s = seat_add(r, c->account, lab);
		if (s == NULL) {
			refuse(c, lab,
			    "this host is out of memory; try again in a "
			    "minute");
			return;
		}
		s->monitor = c->monitor;
		s->first_peer = c->peer;
		s->asked_ms = uv_now(&c->monitor->loop);
	}
	conn_attach(c, s);
	conn_step(c, CONN_WAITING);
	if (s->state == SEAT_LINGERING)
		seat_step(r, s, SEAT_LIVE);
	if (s->state == SEAT_LIVE)
		introduce(c, s);
	else if (s->state == SEAT_QUEUED)
		advance_line(c->monitor);
	if (s->state == SEAT_QUEUED && c->seat == s)
		places_tell(c, seat_place(r, s));
}

static void
demolish(struct monitor *m, struct seat *s)
{
	seat_step(&m->registry, s, SEAT_ENDING);
	/* Init's link stays open: the builder ends the sandbox, and closing
	 * the lifeline at the same time would only race with it. */
	build_demolish(m, s->sandbox);
}

/* Nobody sits there any more. */
static void
leave_empty(struct monitor *m, struct seat *s)
{
	switch (s->state) {
	case SEAT_QUEUED:
		seat_remove(&m->registry, s);
		break;
	case SEAT_LIVE:
		if (s->linger > 0 && m->phase != STOPPING) {
			seat_step(&m->registry, s, SEAT_LINGERING);
			s->lingers_ms = uv_now(&m->loop);
			break;
		}
		demolish(m, s);
		break;
	case SEAT_BUILDING:
		demolish(m, s);
		break;
	case SEAT_LINGERING:
	case SEAT_ENDING:
	case SEAT_STATES:
		break;
	}
}

void
seating_leave(struct conn *c)
{
	struct seat *s = c->seat;

	if (s == NULL)
		return;
	conn_detach(c);
	if (TAILQ_EMPTY(&s->conns))
		leave_empty(c->monitor, s);
}

void
seating_init_closed(void *self, const char *why)
{
	struct seat *s = self;
	struct monitor *m = s->monitor;

	log_debug(&s->tag, "lifeline closed: %s", why);
	s->init = NULL;
	if (s->state == SEAT_LIVE || s->state == SEAT_LINGERING)
		demolish(m, s);
}

void
seating_built(struct monitor *m, const struct msg_built *built, int init_fd)
{
	CLOSES int fd = init_fd;
	struct seat *s = seat_by_sandbox(&m->registry, built->sandbox);
	struct err e = { 0 };
	struct conn *c, *next;

	if (s == NULL || s->state != SEAT_BUILDING)
		return; /* it is being demolished already */
	if (chan_nonblock(fd, &e) == 0)
		s->init =
		    link_open(&m->loop, take_fd(&fd), m->routes->init, s, &e);
	if (s->init == NULL) {
		log_error(&s->tag, "cannot keep the lifeline: %s", e.text);
		demolish(m, s);
		return;
	}
	s->built_ms = uv_now(&m->loop);
	seat_step(&m->registry, s, SEAT_LIVE);
	bucket_fill(&s->words, INIT_WORDS_MAX, INIT_WORD_MS);
	text_copy(s->image, sizeof(s->image), built->image);
	text_copy(s->sha256, sizeof(s->sha256), built->sha256);
	log_info(&s->tag,
	    "sandbox ready address=%s ms=%" PRIu64 " image=%s sha256=%s",
	    s->first_peer.text, uv_now(&m->loop) - s->asked_ms, s->image,
	    s->sha256[0] == '\0' ? "unknown" : s->sha256);
	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		if (c->state == CONN_WAITING) /* or it was told goodbye */
			introduce(c, s);
	}
}

void
seating_build_failed(struct monitor *m, uint32_t sandbox, const char *reason,
    bool by_setup)
{
	struct seat *s = seat_by_sandbox(&m->registry, sandbox);
	char told[TEXT_SIZE];

	if (s == NULL)
		return;
	log_error(&s->tag, "cannot build: %s", reason);
	/* What a setup printed is long, perhaps: what to do stands first. */
	if (by_setup)
		snprintf(told, sizeof(told), "tell your instructor: %s",
		    reason);
	else
		snprintf(told, sizeof(told),
		    "the sandbox could not be built; tell the administrator,"
		    " who finds the reason in the log");
	turn_away(s, told);
	seat_remove(&m->registry, s);
	advance_line(m);
}

void
seating_limit_hit(struct monitor *m, uint32_t sandbox, uint32_t limit)
{
	struct seat *s = seat_by_sandbox(&m->registry, sandbox);
	char text[TEXT_SIZE];
	struct conn *c;

	if (s == NULL || limit >= LIMIT_COUNT)
		return;
	limit_notice_text(s, config_lab(m->config, s->lab), (enum limit)limit,
	    text);
	log_info(&s->tag, "limit hit limit=%s",
	    limit_notice_name((enum limit)limit));
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c, text);
	}
}

/* Who asked while the sandbox was ending gets a new one. */
static void
seat_again(struct monitor *m, struct seat *s)
{
	char account[NAME_SIZE], lab[NAME_SIZE];
	struct conns waiting = TAILQ_HEAD_INITIALIZER(waiting);
	struct conn *c;

	text_copy(account, sizeof(account), s->account);
	text_copy(lab, sizeof(lab), s->lab);
	while ((c = TAILQ_FIRST(&s->conns)) != NULL) {
		bool again = c->state == CONN_WAITING;

		conn_detach(c);
		if (c->state != CONN_CLOSING)
			conn_step(c, CONN_READY);
		if (again)
			TAILQ_INSERT_TAIL(&waiting, c, seated);
	}
	seat_remove(&m->registry, s);
	while ((c = TAILQ_FIRST(&waiting)) != NULL) {
		TAILQ_REMOVE(&waiting, c, seated);
		seating_open(c, lab);
	}
}

void
seating_ended(struct monitor *m, const struct msg_ended *ended)
{
	struct seat *s = seat_by_sandbox(&m->registry, ended->sandbox);

	if (s == NULL)
		return;
	log_info(&s->tag,
	    "sandbox ended seconds=%" PRIu64 " cpu_ms=%" PRIu64
	    " memory_peak_kib=%" PRIu64,
	    (uint64_t)time(NULL) - s->since, ended->cpu_us / 1000,
	    ended->memory_peak >> 10);
	if (s->init != NULL)
		link_forget(take_ptr(&s->init));
	seat_again(m, s);
	advance_line(m);
}

void
seating_end(struct monitor *m, struct seat *s, const char *why)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		answer_goodbye(c, why);
	}
	if (s->state == SEAT_QUEUED)
		seat_remove(&m->registry, s);
	else if (s->state != SEAT_ENDING)
		demolish(m, s);
}

/* One that waits for a place goes when its last connection has gone. */
void
seating_abort(struct seat *s)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		answer_goodbye(c, ANSWER_MISTAKE);
	}
	if (s->state == SEAT_BUILDING || s->state == SEAT_LIVE ||
	    s->state == SEAT_LINGERING)
		demolish(s->monitor, s);
}

void
seating_reset(struct seat *s)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c,
			    "this sandbox was reset: the next shell is in a"
			    " fresh one");
	}
	if (s->state == SEAT_LIVE || s->state == SEAT_LINGERING)
		demolish(s->monitor, s);
}

void
seating_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	unsigned place = 0;
	char why[TEXT_SIZE];
	struct seat *s, *next;
	struct conn *c;

	advance_line(m); /* a lab may have closed */
	for (s = TAILQ_FIRST(&m->registry.seats); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		if (deadline_has_come(m, s, why))
			seating_end(m, s, why);
		if (s->state == SEAT_LINGERING &&
		    now - s->lingers_ms >= (uint64_t)s->linger * 1000)
			demolish(m, s);
		if (s->state == SEAT_BUILDING)
			places_tell_preparing(s);
		if (s->state != SEAT_QUEUED)
			continue;
		place++;
		TAILQ_FOREACH(c, &s->conns, seated)
			places_tell(c, place);
	}
}
