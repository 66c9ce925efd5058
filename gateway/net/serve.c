/* serve.c - the loop of atoll-net, and what the builder says. */
#include "gateway/net/serve.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/name.h"
#include "gateway/base/scope.h"
#include "gateway/net/links.h"
#include "gateway/net/names.h"
#include "gateway/net/refused.h"
#include "gateway/net/rules.h"
#include "gateway/net/seats.h"

#define LOOK_MS                                                                \
	2000 /* until the host's addresses and the uplink are seen again */

/* --- now and then ----------------------------------------------------------- */

/* The host got an address, or somebody took our uplink away. */
static void
look_at_host(struct net *n)
{
	struct err e = { 0 };
	int changed;

	if (!n->has_begun)
		return;
	if (links_uplink(n, &e) == -1)
		log_error(NULL, "atoll-net: %s", e.text);
	changed = links_own_changed(n, &e);
	if (changed == -1 || (changed == 1 && rules_own(n, &e) == -1))
		log_error(NULL, "atoll-net: the host's addresses: %s", e.text);
}

/* --- what the builder says -------------------------------------------------- */

static int
on_site(struct net *n, struct msg *m, struct err *e)
{
	if (m->net_site.host_pid == 0)
		return err_set(e, EPROTO, "NET_SITE");
	n->range = m->net_site.range;
	n->host_pid = m->net_site.host_pid;
	text_copy(n->uplink, sizeof(n->uplink), m->net_site.uplink);
	if (n->resolver == m->net_site.resolver)
		return 0;
	n->resolver = m->net_site.resolver;
	return n->has_begun ? rules_resolver(n, e) : 0;
}

static int
on_seat(struct net *n, struct msg *m, struct err *e)
{
	return seats_add(n, &m->net_seat, e);
}

/* The rules come before the uplink: at no time is there a way without. */
static int
on_seats_end(struct net *n, struct msg *m, struct err *e)
{
	(void)m;
	if (links_own_changed(n, e) == -1 || rules_begin(n, e) == -1 ||
	    links_gateway(n, e) == -1 || links_uplink(n, e) == -1)
		return -1;
	n->has_begun = true;
	return 0;
}

static int
connect_seat(struct net *n, uint32_t number, int netns, struct err *e)
{
	struct net_seat *s = seats_find(n, number);

	if (s == NULL || !n->has_begun)
		return err_set(e, EPROTO, "there is no seat %" PRIu32, number);
	if (links_pair(n, s, netns, e) == -1)
		return -1;
	if (s->has_rules)
		return 0;
	if (rules_add(n, s, e) == -1)
		return -1;
	names_tell(n, s);
	return 0;
}

static int
on_pair(struct net *n, struct msg *m, struct err *e)
{
	uint32_t number = m->net_pair.number;
	struct err why = { 0 };
	struct msg answer;

	if (connect_seat(n, number, m->fd[0], &why) == 0) {
		MSG_NEW(&answer, NET_READY, net_ready);
		answer.net_ready.number = number;
	} else {
		MSG_NEW(&answer, NET_FAILED, net_failed);
		answer.net_failed.number = number;
		text_copy(answer.net_failed.reason, TEXT_SIZE, why.text);
	}
	return chan_send(&n->builder, &answer, e);
}

/* Its interface goes with its namespace: RTM_DELLINK would keep the kernel, and so
 * everybody, for 20 ms. */
static int
on_end(struct net *n, struct msg *m, struct err *e)
{
	struct net_seat *s = seats_find(n, m->net_end.number);

	if (s == NULL)
		return 0;
	if (refused_in_all(n, s, m->net_end.lab, e) == -1 ||
	    rules_remove(n, s, e) == -1)
		return -1;
	names_tell_end(n, s);
	refused_forget(n, s);
	seats_remove(s);
	return 0;
}

static int
on_refusals_get(struct net *n, struct msg *m, struct err *e)
{
	return refused_ask(n, m->net_refusals_get.number, e);
}

static int
on_names(struct net *n, struct msg *m, struct err *e)
{
	(void)e;
	names_take(n, take_fd(&m->fd[0]));
	return 0;
}

static int
on_hello(struct net *n, struct msg *m, struct err *e)
{
	return chan_check_hello(&n->builder, m, e);
}

static int (*const handlers[MSG_COUNT])(struct net *n, struct msg *m,
    struct err *e) = {
	[MSG_HELLO] = on_hello,
	[MSG_NET_SITE] = on_site,
	[MSG_NET_SEAT] = on_seat,
	[MSG_NET_SEATS_END] = on_seats_end,
	[MSG_NET_PAIR] = on_pair,
	[MSG_NET_END] = on_end,
	[MSG_NET_REFUSALS_GET] = on_refusals_get,
	[MSG_NET_NAMES] = on_names,
};

/* --- the loop --------------------------------------------------------------- */

static int
on_message(void *self, struct msg *m, struct err *e)
{
	if (handlers[m->type] == NULL)
		return err_set(e, EPROTO, "%s", msg_name(m->type));
	return handlers[m->type](self, m, e);
}

/* However much the builder says. */
static int
wait_ms(const struct net *n, int64_t next_ms)
{
	int64_t left = next_ms - clock_ms();
	int asked = refused_wait(n);

	if (left < 0)
		left = 0;
	return asked != -1 && asked < left ? asked : (int)left;
}

int
net_serve(struct net *n, struct err *e)
{
	struct pollfd p[2] = { { .fd = n->builder.fd, .events = POLLIN },
		{ .events = POLLIN } };
	int64_t look_ms = clock_ms() + LOOK_MS;
	int rc = chan_hello(&n->builder, e);

	while (rc == 0) {
		int ready;

		p[1].fd = n->names.fd;
		ready = poll(p, COUNT_OF(p), wait_ms(n, look_ms));
		if (ready == -1 && errno != EINTR)
			return err_set(e, errno, "poll");
		if (clock_ms() >= look_ms) {
			look_at_host(n);
			look_ms = clock_ms() + LOOK_MS;
		}
		if (ready > 0 && p[1].revents != 0)
			names_hear(n);
		if (ready > 0 && p[0].revents != 0)
			rc = chan_hear(&n->builder, on_message, n, e);
		if (rc == 0)
			rc = refused_answer(n, e);
	}
	return rc == 1 ? 0 : -1;
}
