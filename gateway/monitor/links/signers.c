/* signers.c - atoll-signer, which has the host keys. */
#include "gateway/monitor/links/signers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/key_sets.h"
#include "gateway/monitor/links/signer_conns.h"
#include "gateway/monitor/links/signer_list.h"

#define SIGNERS_MAX   64
#define START_EACH_MS 1000U  /* one that ends at once is not started as fast, */
#define START_MAX_MS  60000U /* and less and less often */
#define SILENT_MS     5000U  /* then it does not work any more, */
#define STARTING_MS   30000U /* or does not start */

/* One for each two processors. */
static unsigned
wanted(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		n = 1;
	return n / 2 > SIGNERS_MAX ? SIGNERS_MAX : (unsigned)(n + 1) / 2;
}

int
signers_init(struct monitor *m, struct err *e)
{
	m->signers = calloc(1, sizeof(*m->signers));
	if (m->signers == NULL)
		return err_set(e, ENOMEM, "signers");
	LIST_INIT(&m->signers->all);
	if (!HAS_SIGNER)
		log_warn(NULL,
		    "built with SHARED_LIBSSH=1: without atoll-signer, every"
		    " session process has the host keys");
	return 0;
}

/* --- processes ---------------------------------------------------------------- */

static int
start(struct monitor *m, bool is_new, struct err *e)
{
	CLOSES int theirs = -1;
	struct signer *s;
	int ours;

	if (chan_link(&ours, &theirs, e) == -1)
		return -1;
	s = signer_add(m, ours, e);
	if (s == NULL)
		return -1;
	s->number = ++m->signers->last_number;
	s->is_new = is_new;
	s->asked_ms = uv_now(&m->loop);
	link_hello(s->link);
	if (build_program(m, JAILED_SIGNER, theirs, e) == -1) {
		link_close(s->link, e->text);
		return -1;
	}
	return 0;
}

/* Of no use any more: what its end means is known already. */
static void
drop(struct signer *s, const char *why)
{
	signer_step(s, SIGNER_RETIRED);
	link_close(s->link, why);
}

/* Those that have been started for it are of no use. */
static void
fail(struct monitor *m)
{
	struct signer *s;

	m->signers->is_renewing = false;
	LIST_FOREACH(s, &m->signers->all, all) {
		if (s->state == SIGNER_NEXT ||
		    (s->state == SIGNER_STARTS && s->is_new))
			drop(s, "the host keys are not usable");
	}
	m->routes->on_signers_failed(m);
}

void
signers_renew(struct monitor *m)
{
	struct err e = { 0 };

	m->signers->is_renewing = true;
	for (unsigned i = 0; i < wanted(); i++) {
		if (start(m, true, &e) == 0)
			continue;
		log_error(NULL, "cannot start atoll-signer: %s", e.text);
		fail(m);
		return;
	}
}

void
signers_drop_next(struct monitor *m)
{
	struct signer *s;

	LIST_FOREACH(s, &m->signers->all, all) {
		if (s->state == SIGNER_NEXT)
			drop(s, "nobody shows its keys");
	}
}

bool
signers_are_starting(const struct monitor *m)
{
	return m->signers->is_renewing;
}

uint32_t
signers_set(const struct monitor *m)
{
	return m->signers->set;
}

uint32_t
signers_next_set(const struct monitor *m)
{
	const struct signer *s;

	LIST_FOREACH(s, &m->signers->all, all) {
		if (s->state == SIGNER_NEXT)
			return s->set;
	}
	return m->signers->set;
}

void
signers_show(const struct monitor *m, uint32_t set,
    void (*show)(void *self, const char *key, bool is_next), void *self)
{
	key_sets_show(&m->signers->sets, set, show, self);
}

void
signer_hello(void *self, struct msg *m)
{
	struct signer *s = self;
	struct err e = { 0 };

	if (link_check_hello(s->link, m, &e) == 0)
		return;
	log_error(NULL, "atoll-signer: %s", e.text);
	link_close(s->link, e.text);
}

void
signer_host_key(void *self, struct msg *m)
{
	struct signer *s = self;
	struct err e = { 0 };

	if (s->state != SIGNER_STARTS ||
	    key_set_add(&s->keys, m->host_key.key, m->host_key.is_next != 0,
		&e) == -1)
		link_close(s->link, "said a host key out of order");
}

/* --- ready ------------------------------------------------------------------------ */

static bool
are_all_ready(const struct signers *all)
{
	const struct signer *s;

	LIST_FOREACH(s, &all->all, all) {
		if (s->state == SIGNER_STARTS && s->is_new)
			return false;
	}
	return true;
}

/* One of several that were started: all must have read the same. */
static void
join_next(struct signer *s)
{
	struct monitor *m = s->monitor;
	struct signers *all = m->signers;
	const struct signer *other;

	signer_step(s, SIGNER_NEXT);
	LIST_FOREACH(other, &all->all, all) {
		if (other->state != SIGNER_NEXT || other->set == s->set)
			continue;
		log_error(NULL,
		    "the files of the host keys have changed while they were"
		    " read: reload again");
		fail(m);
		return;
	}
	if (!are_all_ready(all))
		return;
	all->is_renewing = false;
	m->routes->on_signers_ready(m);
}

/* In the place of one that was lost. */
static void
join_current(struct signer *s)
{
	struct monitor *m = s->monitor;

	if (s->set != m->signers->set) {
		log_error(NULL,
		    "the files of the host keys are not those that were loaded:"
		    " reload, or put the old ones back");
		link_close(s->link, "it has other host keys");
		return;
	}
	signer_step(s, SIGNER_CURRENT);
	m->signers->pause_ms = START_EACH_MS;
	log_info(NULL, "started atoll-signer again");
	signer_introduce_waiting(m, s->set);
}

void
signer_ready(void *self, struct msg *m)
{
	struct signer *s = self;
	struct signers *all = s->monitor->signers;

	(void)m;
	if (s->state != SIGNER_STARTS || s->keys.count == 0) {
		link_close(s->link, "it has no host key");
		return;
	}
	s->asked_ms = 0;
	s->set = key_sets_number(&all->sets, &s->keys);
	if (s->set == 0) {
		link_close(s->link, "out of memory");
		return;
	}
	if (s->is_new)
		join_next(s);
	else
		join_current(s);
}

void
signers_take_over(struct monitor *m)
{
	struct signers *all = m->signers;
	uint32_t set = signers_next_set(m);
	struct signer *s;

	if (signers_count(all, SIGNER_NEXT) == 0)
		return;
	LIST_FOREACH(s, &all->all, all) {
		if (s->state == SIGNER_CURRENT)
			signer_step(s, SIGNER_RETIRED);
		else if (s->state == SIGNER_NEXT)
			signer_step(s, SIGNER_CURRENT);
		else if (s->state == SIGNER_STARTS)
			drop(s, "it is too late");
	}
	all->set = set;
	signer_introduce_waiting(m, set);
}

/* --- loss ------------------------------------------------------------------------- */

void
signer_closed(void *self, const char *why)
{
	struct signer *s = self;
	struct monitor *m = s->monitor;
	bool was_new = s->state == SIGNER_STARTS && s->is_new;
	bool was_next = s->state == SIGNER_NEXT;
	bool is_told = s->state == SIGNER_RETIRED || m->phase == STOPPING;

	LIST_REMOVE(s, all);
	if (!is_told) {
		log_error(NULL, "lost atoll-signer: %s", why);
		metrics_lost(&m->metrics, LOST_SIGNER);
	}
	if (m->phase != STOPPING)
		signer_lose_conns(s);
	key_set_free(&s->keys);
	free(s);
	if (m->phase == STOPPING)
		return;
	if (m->signers->is_renewing && (was_new || was_next))
		fail(m);
	signers_tick(m);
}

static bool
on_pong(void *self, struct msg *m)
{
	struct signer *s = self;

	(void)m;
	s->asked_ms = 0;
	return true;
}

/* One that is stopped, or goes round in circles, keeps its link open. */
static void
check_alive(struct signer *s)
{
	uint64_t now = uv_now(&s->monitor->loop);
	struct err e = { 0 };
	struct msg ping;

	if (s->asked_ms != 0) {
		if (now - s->asked_ms >
		    (s->state == SIGNER_STARTS ? STARTING_MS : SILENT_MS))
			link_close(s->link, "it does not answer");
		return;
	}
	s->asked_ms = now;
	MSG_NEW(&ping, SIGNER_PING, signer_ping);
	if (link_call(s->link, &ping, on_pong, s, &e) == -1)
		link_close(s->link, e.text);
}

static void
replace_lost(struct monitor *m)
{
	struct signers *all = m->signers;
	uint64_t now = uv_now(&m->loop);
	struct err e = { 0 };

	if (all->set == 0 || all->is_renewing ||
	    signers_count(all, SIGNER_NEXT) +
		    signers_count(all, SIGNER_STARTS) >
		0 ||
	    signers_count(all, SIGNER_CURRENT) >= wanted() ||
	    (all->started_ms != 0 && now - all->started_ms < all->pause_ms))
		return;
	all->pause_ms =
	    all->started_ms == 0 ? START_EACH_MS : 2 * all->pause_ms;
	if (all->pause_ms > START_MAX_MS)
		all->pause_ms = START_MAX_MS;
	all->started_ms = now;
	if (start(m, false, &e) == -1)
		log_error(NULL, "cannot start atoll-signer: %s", e.text);
}

void
signers_tick(struct monitor *m)
{
	struct signer *s;

	if (!HAS_SIGNER || m->phase != SERVING || handover_is_on(m))
		return;
	LIST_FOREACH(s, &m->signers->all, all) {
		check_alive(s);
		if (!signer_is_needed(s))
			link_close(s->link, "nobody needs it");
	}
	replace_lost(m);
}

/* --- the end ---------------------------------------------------------------------------- */

void
signers_close(struct monitor *m)
{
	struct signer *s;

	LIST_FOREACH(s, &m->signers->all, all)
		link_close(s->link, "stopping");
}

void
signers_free(struct monitor *m)
{
	if (m->signers == NULL)
		return;
	key_sets_free(&m->signers->sets);
	free(take_ptr(&m->signers));
}
