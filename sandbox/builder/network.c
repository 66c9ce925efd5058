/* network.c - atoll-net, and the sandboxes that get a network from it. */
#include "sandbox/builder/network.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/base/trial.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/network_inside.h"
#include "sandbox/builder/network_names.h"
#include "sandbox/builder/network_overlap.h"
#include "sandbox/builder/network_refused.h"
#include "sandbox/builder/zygote_start.h"

#define PATIENCE_MS 1000 /* for a link that is full */

static bool
has_network(const struct plan *p)
{
	return p->spec.network == NETWORK_INTERNET;
}

static bool
is_wanted(const struct plan_table *t)
{
	for (size_t i = 0; t != NULL && i < t->count; i++) {
		if (has_network(t->plan[i]))
			return true;
	}
	return false;
}

/* --- the link --------------------------------------------------------------- */

static void
lose(struct builder *b)
{
	struct network *n = &b->network;

	names_lose(b);
	loop_remove(b, n->link.fd);
	scope_close(&n->link.fd);
	network_refused_failed(b, 0,
	    "the network's program is being started anew: ask again in a"
	    " moment");
}

/* It reads at once; one that does not for so long hangs, and is given up. */
static void
tell(struct builder *b, const struct msg *m)
{
	struct network *n = &b->network;
	struct pollfd p = { .fd = n->link.fd, .events = POLLOUT };
	struct err e;

	if (n->link.fd == -1)
		return; /* the next one is told all of it */
	if (poll(&p, 1, PATIENCE_MS) != 1)
		err_set(&e, ETIMEDOUT, "%s", msg_name(m->type));
	else if (chan_send(&n->link, m, &e) == 0)
		return;
	log_error(NULL, "atoll-net: %s", e.text);
	/* The loop sees its end. */
	shutdown(n->link.fd, SHUT_RDWR);
}

static void
tell_seat(struct builder *b, const struct sandbox *s)
{
	const struct msg_lab_plan *lab = &s->plan->spec;
	struct msg m;

	MSG_NEW(&m, NET_SEAT, net_seat);
	m.net_seat.number = s->network;
	m.net_seat.address = network_address(b->site.network_range, s->base);
	m.net_seat.rate = lab->egress_rate;
	m.net_seat.connections = lab->egress_connections;
	m.net_seat.new_per_second = lab->egress_new;
	m.net_seat.egress = lab->egress;
	m.net_seat.names = lab->egress_names;
	tell(b, &m);
}

static void
tell_pair(struct builder *b, struct sandbox *s)
{
	struct msg m;

	MSG_NEW(&m, NET_PAIR, net_pair);
	m.net_pair.number = s->network;
	m.fd[0] = s->netns;
	tell(b, &m);
}

static void
tell_each_seat(struct sandbox *s, void *arg)
{
	if (s->network != 0)
		tell_seat(arg, s);
}

static void
tell_each_pair(struct sandbox *s, void *arg)
{
	if (s->network != 0 && s->netns != -1)
		tell_pair(arg, s);
}

/* --- its start and its end -------------------------------------------------- */

/* A network namespace that nobody is in, for atoll-net; our own stays empty. */
static int
make_router(int *router, struct err *e)
{
	CLOSES int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (own == -1 || unshare(CLONE_NEWNET) == -1)
		return err_set(e, errno, "a network namespace");
	*router = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (setns(own, CLONE_NEWNET) == -1) {
		/* Empty as well, and of no use to atoll-net any more. */
		scope_close(router);
		return err_set(e, errno, "our network namespace");
	}
	return *router == -1 ? err_set(e, errno, "/proc/self/ns/net") : 0;
}

static void
tell_site(struct builder *b)
{
	struct msg m;

	b->network.resolver = b->table->site.resolver;
	MSG_NEW(&m, NET_SITE, net_site);
	m.net_site.range = b->site.network_range;
	m.net_site.host_pid = (uint32_t)getppid();
	m.net_site.resolver = b->network.resolver;
	text_copy(m.net_site.uplink, TEXT_SIZE, b->table->site.network_uplink);
	tell(b, &m);
}

static void
tell_all(struct builder *b)
{
	struct msg m;

	tell_site(b);
	sandbox_each(&b->sandboxes, tell_each_seat, b);
	MSG_NEW(&m, NET_SEATS_END, net_seats_end);
	tell(b, &m);
	sandbox_each(&b->sandboxes, tell_each_pair, b);
}

static int
start(struct builder *b, struct err *e)
{
	struct network *n = &b->network;
	CLOSES int theirs = -1;

	if (n->router == -1 && make_router(&n->router, e) == -1)
		return -1;
	if (chan_link(&n->link.fd, &theirs, e) == -1 ||
	    net_start(&b->table->site, theirs, n->router, e) == -1 ||
	    loop_add(b, n->link.fd, EPOLLIN, SOURCE_NETWORK, 0, e) == -1)
		return -1;
	n->restart.started_ms = clock_ms();
	chan_hello(&n->link, e);
	tell_all(b);
	return 0;
}

static void
start_later(struct builder *b)
{
	struct network *n = &b->network;

	timer_set(n->timer, restart_pause(&n->restart, clock_ms()));
}

struct find {
	uint32_t number; /* 0: any */
	struct sandbox *found;
};

static void
find_one(struct sandbox *s, void *arg)
{
	struct find *f = arg;

	if (s->network != 0 && (f->number == 0 || s->network == f->number))
		f->found = s;
}

static struct sandbox *
find(struct builder *b, uint32_t number)
{
	struct find f = { .number = number };

	sandbox_each(&b->sandboxes, find_one, &f);
	return f.found;
}

void
on_network_timer(struct builder *b)
{
	struct network *n = &b->network;
	struct err e;

	timer_set(n->timer, 0);
	if (n->link.fd != -1 || b->table == NULL ||
	    (!is_wanted(b->table) && find(b, 0) == NULL))
		return;
	if (start(b, &e) == 0) {
		names_look(b);
		return;
	}
	log_error(NULL, "cannot start atoll-net: %s", e.text);
	lose(b);
	start_later(b);
}

/* Nobody wants it any more: its namespace goes with it, and the uplink. */
static void
end_unless_wanted(struct builder *b)
{
	/* Without a table we took over just now, and do not know. */
	if (b->table == NULL || is_wanted(b->table) || find(b, 0) != NULL)
		return;
	lose(b);
	scope_close(&b->network.router);
}

void
network_reloaded(struct builder *b)
{
	end_unless_wanted(b);
	on_network_timer(b);
	if (b->network.link.fd != -1 && b->table != NULL &&
	    b->network.resolver != b->table->site.resolver)
		tell_site(b);
	names_look(b);
}

void
network_init(struct network *n)
{
	n->link = (struct chan){ -1, BUILDER, NET };
	names_init(n);
	n->router = -1;
}

static int
check_range(const struct msg_site_plan *site, struct err *e)
{
	struct network_overlap found;

	network_overlap(site, &found);
	switch (found.kind) {
	case OVERLAP_INSIDE:
		return err_set(e, 0, "network_range has in it " OVERLAP_SAYS,
		    found.text);
	case OVERLAP_AROUND:
		log_warn(NULL,
		    "network_range is a part of " OVERLAP_SAYS
		    ": what is at its first four addresses cannot be reached",
		    found.text);
		break;
	case OVERLAP_NONE:
		break;
	}
	return 0;
}

int
network_check(const struct builder *b, const struct plan_table *t,
    const char **cure, struct err *e)
{
	*cure = NET_CURE;
	if (!is_wanted(t))
		return 0;
	if (b->network.router != -1 &&
	    (t->site.network_range != b->site.network_range)) {
		*cure = "restart the service, or set it as it was";
		return err_set(e, 0,
		    "network_range cannot change while atolld runs");
	}
	if (net_try(&t->site, e) == -1)
		return -1;
	*cure = OVERLAP_CURE;
	return check_range(&t->site, e);
}

/* --- sandboxes -------------------------------------------------------------- */

bool
network_hear(struct builder *b, struct sandbox *s)
{
	int fd;

	if (!has_network(s->plan) || s->network != 0)
		return false;
	fd = fdpass_take_netns(s->status);
	if (fd == -1)
		return false;
	s->network = ++b->network.numbers;
	s->netns = fd;
	tell_seat(b, s);
	tell_pair(b, s);
	return true;
}

void
network_drop(struct sandbox *s)
{
	CLOSES int fd = -1;

	if (s->plan->spec.network != NETWORK_NONE && s->network == 0 &&
	    !s->is_on_lan && s->status != -1)
		fd = fdpass_take_netns(s->status);
}

void
network_leave(struct builder *b, struct sandbox *s)
{
	struct msg m;

	if (s->network == 0)
		return;
	MSG_NEW(&m, NET_END, net_end);
	m.net_end.number = s->network;
	text_copy(m.net_end.lab, NAME_SIZE, s->plan->spec.lab);
	network_refused_failed(b, s->network, "this sandbox has ended");
	s->network = 0;
	scope_close(&s->netns);
	tell(b, &m);
	end_unless_wanted(b);
	names_look(b);
}

void
network_refusals(struct builder *b, const struct msg *asked)
{
	struct msg m;

	MSG_NEW(&m, NET_REFUSALS_GET, net_refusals_get);
	if (network_refused_ask(b, asked, &m.net_refusals_get.number))
		tell(b, &m);
}

static void
on_answer(struct builder *b, const struct msg *m)
{
	bool is_ready = m->type == MSG_NET_READY;
	struct sandbox *s =
	    find(b, is_ready ? m->net_ready.number : m->net_failed.number);

	if (s == NULL || s->netns == -1)
		return; /* it has ended meanwhile */
	scope_close(&s->netns);
	if (is_ready)
		fdpass_say_network(s->status);
	else
		life_refuse(b, s, m->net_failed.reason);
}

static int
on_message(void *self, struct msg *m, struct err *e)
{
	struct builder *b = self;

	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(&b->network.link, m, e);
	case MSG_NET_READY:
	case MSG_NET_FAILED:
		on_answer(b, m);
		return 0;
	case MSG_NET_REFUSALS:
		network_refused_told(b, m);
		return 0;
	case MSG_NET_ENDED:
		network_refused_in_all(b, m);
		return 0;
	default:
		return 0;
	}
}

void
on_network(struct builder *b)
{
	struct err e = { 0 };
	int rc;

	if (b->network.link.fd == -1)
		return;
	rc = chan_hear(&b->network.link, on_message, b, &e);
	if (rc == 0)
		return;
	log_error(NULL, "lost atoll-net: %s",
	    rc == 1 ? "it has ended" : e.text);
	lose(b);
	start_later(b);
}
