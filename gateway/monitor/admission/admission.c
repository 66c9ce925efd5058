/* admission.c - which clients may connect. */
#include "gateway/monitor/admission/admission.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/grace.h"
#include "gateway/base/scope.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/admission/proxied.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/zygote_link.h"

static void serve_waiting(void *self);

int
admission_init(struct monitor *m, struct err *e)
{
	LIST_INIT(&m->proxied);
	refusals_init(&m->refusals);
	if (limit_init(&m->preauth) == -1 ||
	    penalties_init(&m->penalties) == -1 ||
	    arrivals_init(&m->arrivals, &m->loop, &m->preauth, serve_waiting,
		m) == -1)
		return err_set(e, ENOMEM, "tables of addresses");
	return 0;
}

void
admission_refuse(struct monitor *m, int client, const struct address *peer,
    enum refused_for what, const char *reason)
{
	refusal_send(&m->refusals, client, peer, what, reason,
	    uv_now(&m->loop));
}

/* No client of the network comes by such a socket. */
static bool
is_browser(int client)
{
	socklen_t size = sizeof(int);
	int domain = 0;

	return getsockopt(client, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       domain == AF_UNIX;
}

/* Make the connection and have its session forked.  What fails here leaves
 * nothing behind, and the caller tells the client. */
static int
admit(struct monitor *m, int client, const struct address *peer,
    const struct newcomer *n, struct err *e)
{
	CLOSES int theirs = -1;
	CLOSES int ours = -1;
	struct conn *c;

	if (chan_link(&ours, &theirs, e) == -1)
		return -1;
	c = conn_add(&m->registry, peer);
	if (c == NULL)
		return err_set(e, ENOMEM, "connection");
	c->preauth = &m->preauth;
	if (limit_admit(&m->preauth, &c->preauth_conn, n) == -1) {
		conn_remove(&m->registry, c);
		return err_set(e, ENOMEM, "connection");
	}
	c->monitor = m;
	c->is_browser = is_browser(client);
	c->since_ms = uv_now(&m->loop);
	c->link = link_open(&m->loop, take_fd(&ours), m->routes->session, c, e);
	if (c->link == NULL) {
		conn_remove(&m->registry, c);
		return -1;
	}
	zygote_fork(m, c, client, theirs);
	return 0;
}

/* True when the address may connect as far as allow_from and deny_from go: an
 * address in both is denied. */
static bool
is_allowed(const struct config *cf, const struct address *a)
{
	if (networks_have(&cf->denied, a))
		return false;
	return cf->allowed.count == 0 || networks_have(&cf->allowed, a);
}

static void
replace(struct preauth_conn *victim)
{
	answer_goodbye(conn_of(victim),
	    "this connection had to make room for another before its login"
	    " (unauthenticated_max); try again in a moment");
}

/* Why this client is turned away, or NULL, room having been made.  The rules
 * that cost nothing come first: a flood is to be cheap to refuse. */
static const char *
find_refusal(struct monitor *m, const struct newcomer *n,
    enum refused_for *what, char text[TEXT_SIZE])
{
	unsigned seconds = penalty_left(&m->penalties, n->address, n->now_ms);
	struct preauth_conn *victim;

	*what = REFUSED_RESOURCES;
	if (!monitor_takes_new(m) || !zygote_is_ready(m))
		return "the gateway is not serving; try again in a minute";
	*what = REFUSED_ADDRESS;
	if (!is_allowed(m->config, n->address)) {
		snprintf(text, TEXT_SIZE,
		    "connections from %s are not allowed here"
		    " (allow_from, deny_from)",
		    n->address->text);
		return text;
	}
	*what = REFUSED_PENALTY;
	if (seconds > 0) {
		snprintf(text, TEXT_SIZE,
		    "too many failed logins from %s; try again in %u seconds",
		    n->address->text, seconds);
		return text;
	}
	*what = REFUSED_PLACES;
	switch (limit_newcomer(&m->preauth, m->config->unauthenticated_max, n,
	    &victim)) {
	case LIMIT_REFUSE:
		return "too many connections are waiting to log in"
		       " (unauthenticated_max); try again in a moment";
	case LIMIT_REPLACE:
		replace(victim);
		break;
	case LIMIT_ADMIT:
		break;
	}
	return NULL;
}

/* Serve the client, or refuse it. */
static void
decide(struct monitor *m, int client, const struct address *peer)
{
	uint64_t now_ms = uv_now(&m->loop);
	const struct newcomer n = { .address = peer,
		.known = penalty_is_known(&m->penalties, peer, now_ms),
		.now_ms = now_ms };
	char text[TEXT_SIZE];
	enum refused_for what;
	const char *why = find_refusal(m, &n, &what, text);
	struct err e = { 0 };

	if (why != NULL) {
		admission_refuse(m, client, peer, what, why);
	} else if (admit(m, client, peer, &n, &e) == 0) {
		counts_add(&m->metrics.site, METRIC_ACCEPTED, 0, 0);
	} else {
		log_error(NULL, "cannot serve a connection: %s", e.text);
		admission_refuse(m, client, peer, REFUSED_RESOURCES,
		    "this host is out of resources; try again in a minute");
	}
}

/* Key exchanges have ended, and so some that wait for one may begin. */
static void
serve_waiting(void *self)
{
	struct monitor *m = self;
	struct arrival *v;

	/* As the listeners do: the clients stay in their queue. */
	if (!zygote_is_ready(m) || zygote_is_busy(m))
		return;
	while ((v = arrivals_next(&m->arrivals)) != NULL) {
		decide(m, v->client, &v->peer);
		arrival_free(v);
	}
}

void
admission_admit(struct monitor *m, int client, const struct address *peer)
{
	CLOSES int owned = client;

	if (!monitor_takes_new(m) || arrivals_may_enter(&m->arrivals, peer))
		decide(m, owned, peer);
	else if (arrivals_wait(&m->arrivals, owned, peer,
		     (unsigned)m->config->unauthenticated_max) == -1)
		admission_refuse(m, owned, peer, REFUSED_ARRIVALS,
		    "too many connections come from your address at once; try"
		    " again in a moment");
}

void
admission_offer(struct monitor *m, int client, const struct address *peer)
{
	if (networks_have(&m->config->proxies, peer))
		proxied_wait(m, client, peer, admission_admit);
	else
		admission_admit(m, client, peer);
}

void
admission_rank(struct conn *c, enum rank rank)
{
	uint64_t now_ms = uv_now(&c->monitor->loop);

	if (c->keys_ms == 0) /* a session sends nothing before it has keys */
		c->keys_ms = now_ms;
	limit_rank(&c->monitor->preauth, &c->preauth_conn, rank, now_ms);
	serve_waiting(c->monitor);
}

/* The address may have other connections open, made before it had its penalty:
 * guessing goes on there otherwise. */
static void
expel(struct monitor *m, const struct address *a, unsigned seconds)
{
	char text[TEXT_SIZE];
	struct conn *c;

	snprintf(text, sizeof(text),
	    "too many failed logins from %s; try again in %u seconds", a->text,
	    seconds);
	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->preauth_conn.origin != NULL &&
		    address_is_same_who(&c->peer, a))
			answer_goodbye(c, text);
	}
}

/* Count a failure of the client's address; returns its points.  account is NULL
 * when none was tried. */
static unsigned
count_failure(struct conn *c, const char *account)
{
	struct monitor *m = c->monitor;
	const struct penalty_rules rules = { .seconds = m->config->penalty,
		.failures = m->config->penalty_failures };
	const struct failure f = { .address = &c->peer,
		.account = account,
		.now_ms = uv_now(&m->loop) };
	unsigned points = penalty_failed(&m->penalties, &rules, &f);
	unsigned seconds = penalty_left(&m->penalties, &c->peer, f.now_ms);

	if (seconds > 0) {
		log_warn(&c->tag, "address penalised address=%s seconds=%u",
		    c->peer.text, seconds);
		expel(m, &c->peer, seconds);
	}
	return points;
}

/* Points of one account are remembered by the connection, so that a student who
 * mistypes and then gets it right can have them back.  A guesser who tries many
 * names and then logs in with a name of their own has back that name's only. */
void
admission_failed(struct conn *c, const char *account)
{
	if (strcmp(c->tried, account) != 0) {
		text_copy(c->tried, sizeof(c->tried), account);
		c->tried_points = 0;
	}
	c->tried_points += count_failure(c, account);
}

/* One that has exchanged keys and only waits counts again after each
 * login_grace, as a client that connects anew each time does.  A class whose
 * members all make themselves accounts types for longer. */
static void
count_waiting(struct monitor *m)
{
	uint64_t now_ms = uv_now(&m->loop);
	uint64_t times =
	    policy_registration(m->config) == NULL ? 1 : NEWCOMER_TIMES;
	uint64_t span_ms =
	    (uint64_t)grace_of_programs(m->config->login_grace) * times;
	struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->preauth_conn.origin == NULL || c->keys_ms == 0 ||
		    c->state == CONN_CLOSING || now_ms - c->keys_ms < span_ms)
			continue;
		c->keys_ms = now_ms;
		c->waited_points += count_failure(c, NULL);
	}
}

void
admission_left(struct conn *c)
{
	bool had_keys = c->preauth_conn.origin != NULL && c->keys_ms != 0;

	/* A wrong password was counted when it was tried. */
	if (had_keys && c->tried[0] == '\0' && c->monitor->phase == SERVING &&
	    penalty_left(&c->monitor->penalties, &c->peer,
		uv_now(&c->monitor->loop)) == 0)
		count_failure(c, NULL);
}

void
admission_logged_in(struct conn *c)
{
	bool is_same = strcmp(c->tried, c->account) == 0;

	penalty_logged_in(&c->monitor->penalties, &c->peer,
	    c->waited_points + (is_same ? c->tried_points : 0),
	    uv_now(&c->monitor->loop));
}

void
admission_tick(struct monitor *m)
{
	refusals_tick(&m->refusals, uv_now(&m->loop));
	proxied_tick(m);
	count_waiting(m);
}
