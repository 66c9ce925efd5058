/* network_names.c - atoll-names, which answers the questions of sandboxes. */
#include "sandbox/builder/network_names.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/zygote_start.h"

#define PATIENCE_MS 1000 /* for a link that is full */

static bool
has_names(const struct plan *p)
{
	return p->spec.network == NETWORK_INTERNET &&
	       p->spec.egress_names.count > 0;
}

static void
look_at_one(struct sandbox *s, void *arg)
{
	bool *is_wanted = arg;

	*is_wanted |= s->network != 0 && has_names(s->plan);
}

static bool
is_wanted(struct builder *b)
{
	bool is = false;

	if (b->network.link.fd == -1 || b->table == NULL)
		return false;
	for (size_t i = 0; i < b->table->count; i++)
		is |= has_names(b->table->plan[i]);
	if (!is)
		sandbox_each(&b->sandboxes, look_at_one, &is);
	return is;
}

void
names_init(struct network *n)
{
	n->names.link = (struct chan){ -1, BUILDER, NAMES };
}

void
names_lose(struct builder *b)
{
	struct network_names *n = &b->network.names;

	loop_remove(b, n->link.fd);
	scope_close(&n->link.fd);
	timer_set(n->timer, 0);
}

static void
start_later(struct builder *b)
{
	struct network_names *n = &b->network.names;

	timer_set(n->timer, restart_pause(&n->restart, clock_ms()));
}

/* --- whom it asks ----------------------------------------------------------- */

static int
tell_resolver(struct builder *b, struct err *e)
{
	struct network_names *n = &b->network.names;
	struct msg m;

	n->resolver = b->table->site.resolver;
	MSG_NEW(&m, NAMES_SITE, names_site);
	m.names_site.resolver = n->resolver;
	return chan_send(&n->link, &m, e);
}

/* --- its start -------------------------------------------------------------- */

/* Ours of the two between it and atoll-net is never ours: each end is given away. */
static int
start(struct builder *b, struct err *e)
{
	struct network *net = &b->network;
	struct network_names *n = &net->names;
	CLOSES int theirs = -1;
	CLOSES int of_net = -1;
	CLOSES int of_names = -1;
	struct msg m;

	if (chan_link(&n->link.fd, &theirs, e) == -1 ||
	    chan_link(&of_net, &of_names, e) == -1 ||
	    names_start(&b->table->site, theirs, net->router, of_names, e) ==
		-1 ||
	    loop_add(b, n->link.fd, EPOLLIN, SOURCE_NAMES, 0, e) == -1)
		return -1;
	n->restart.started_ms = clock_ms();
	MSG_NEW(&m, NET_NAMES, net_names);
	m.fd[0] = of_net;
	if (chan_hello(&n->link, e) == -1 || tell_resolver(b, e) == -1)
		return -1;
	/* It is told of all sandboxes just now. */
	poll(&(struct pollfd){ .fd = net->link.fd, .events = POLLOUT }, 1,
	    PATIENCE_MS);
	return chan_send(&net->link, &m, e);
}

static void
try_to_start(struct builder *b)
{
	struct err e;

	if (start(b, &e) == 0)
		return;
	log_error(NULL, "cannot start atoll-names: %s", e.text);
	names_lose(b);
	start_later(b);
}

void
on_names_timer(struct builder *b)
{
	timer_set(b->network.names.timer, 0);
	if (b->network.names.link.fd == -1 && is_wanted(b))
		try_to_start(b);
}

void
names_look(struct builder *b)
{
	struct network_names *n = &b->network.names;
	struct err e;

	/* Without a table we took over just now, and do not know. */
	if (b->table == NULL)
		return;
	if (!is_wanted(b))
		names_lose(b);
	else if (n->link.fd == -1)
		on_names_timer(b);
	else if (n->resolver != b->table->site.resolver &&
		 tell_resolver(b, &e) == -1)
		log_error(NULL, "atoll-names: %s", e.text);
}

/* --- its end ---------------------------------------------------------------- */

/* HELLO is all that it may say. */
static int
on_message(void *self, struct msg *m, struct err *e)
{
	struct builder *b = self;

	return chan_check_hello(&b->network.names.link, m, e);
}

void
on_names(struct builder *b)
{
	struct network_names *n = &b->network.names;
	struct err e = { 0 };
	int rc;

	if (n->link.fd == -1)
		return;
	rc = chan_hear(&n->link, on_message, b, &e);
	if (rc == 0)
		return;
	log_error(NULL, "lost atoll-names: %s",
	    rc == 1 ? "it has ended" : e.text);
	names_lose(b);
	start_later(b);
}
