/* lan.c - the networks of a seat that has several machines. */
#include "sandbox/builder/lan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/lan.h"
#include "gateway/base/rtnl.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/owner.h"

/* Numbers of interfaces, so that no name is looked up: of the bridges, and from here
 * on of their ports. */
#define BRIDGE 1000
#define PORT   2000

/* --- made ------------------------------------------------------------------- */

/* A process in a user and a network namespace of its own, which does nothing. */
static pid_t
start_holder(void)
{
	struct clone_args args = { .flags = CLONE_NEWUSER | CLONE_NEWNET,
		.exit_signal = SIGCHLD };
	pid_t builder = getpid();
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid != 0)
		return (pid_t)pid;
	forked_begin(builder);
	for (;;)
		pause();
}

/* What it held is held by who has opened it. */
static void
end_holder(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
}

/* A socket of that process's network; ours stays what it was. */
static int
open_there(pid_t pid, int *lan, struct err *e)
{
	char path[48];
	CLOSES int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	CLOSES int there = -1;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (own == -1 || there == -1 || setns(there, CLONE_NEWNET) == -1)
		return err_set(e, errno, "network of the seat");
	*lan = rtnl_open(e);
	/* Empty as well; but it would not go with the seat. */
	if (setns(own, CLONE_NEWNET) == -1) {
		scope_close(lan);
		return err_set(e, errno, "our network namespace");
	}
	return *lan == -1 ? -1 : 0;
}

static int
make_bridges(int lan, uint32_t count, struct err *e)
{
	char name[LAN_NAME_SIZE];

	for (uint32_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "lan%" PRIu32, i);
		if (rtnl_bridge(lan, BRIDGE + i, name, e) == -1)
			return -1;
	}
	return 0;
}

static int
make_as_owner(int *lan, uint32_t count, struct err *e)
{
	pid_t holder = start_holder();
	int rc;

	if (holder == -1)
		return err_set(e, errno, "clone3");
	rc = open_there(holder, lan, e);
	end_holder(holder);
	return rc == -1 ? -1 : make_bridges(*lan, count, e);
}

static int
make(uid_t owner, int *lan, uint32_t count, struct err *e)
{
	int rc = owner_become(owner, e);

	if (rc == 0)
		rc = make_as_owner(lan, count, e);
	return owner_done(rc, e);
}

/* One more than the highest that a machine is on. */
static uint32_t
networks_of(const struct plan *p)
{
	uint32_t count = 0;

	for (; p != NULL; p = p->next_machine) {
		const struct numbers *links = &p->spec.links;

		for (uint32_t i = 0; i < links->count; i++) {
			struct lan_link l = lan_link_unpack(links->at[i]);

			if (l.network >= count)
				count = l.network + 1;
		}
	}
	return count;
}

int
lan_make(struct sandbox *first, struct err *e)
{
	return make(first->base, &first->lan, networks_of(first->plan), e);
}

/* One end is a port of that network, and the other born in netns. */
static int
connect_link(int lan, const struct rtnl_pair *pair, struct err *e)
{
	if (rtnl_pair(lan, pair, e) == -1)
		return -1;
	return rtnl_port(lan, pair->index, pair->peer_mac, e);
}

const char *
lan_wanted_by(const struct plan_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->plan[i]->spec.network == NETWORK_LAB)
			return t->plan[i]->spec.lab;
	}
	return NULL;
}

int
lan_check(const struct plan_table *t, struct err *e)
{
	const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 1 };
	const struct rtnl_pair pair = { .name = "m0",
		.peer = LAN_INSIDE "0",
		.peer_mac = mac,
		.peer_netns = -1,
		.master = BRIDGE,
		.index = PORT };
	CLOSES int lan = -1;
	int rc;

	if (lan_wanted_by(t) == NULL)
		return 0;
	/* The ids of a sandbox, and of no process. */
	rc = make(IDMAP_FIRST, &lan, 1, e);
	if (rc == 0)
		rc = owner_become(IDMAP_FIRST, e);
	if (rc == 0)
		rc = connect_link(lan, &pair, e);
	return owner_done(rc, e) == 0
		   ? 0
		   : err_wrap(e, "this host has no network for machines");
}

/* --- joined ----------------------------------------------------------------- */

/* The machine before it may have left an end that the kernel is yet to remove: its
 * number was another, and so is this.  Of a seat one comes after the other, but for
 * the first, whose number is not of the same row. */
static unsigned
port_of(const struct sandbox *s, uint32_t link)
{
	uint32_t row = s->first == NULL ? 0 : 1 + s->id % (1U << 24);

	return PORT + row * LAN_NETWORKS_MAX + link;
}

static int
set_port(const struct sandbox *s, uint32_t place, bool is_on, struct err *e)
{
	int lan = sandbox_first(s)->lan;

	return is_on ? rtnl_up(lan, port_of(s, place), e)
		     : rtnl_down(lan, port_of(s, place), e);
}

int
lan_set(const struct sandbox *s, uint32_t place, bool is_on, struct err *e)
{
	int rc = owner_become(sandbox_first(s)->base, e);

	if (rc == 0)
		rc = set_port(s, place, is_on, e);
	return owner_done(rc, e);
}

/* Its interface of that place, called as the place says. */
static int
connect_at(const struct sandbox *s, uint32_t place, int netns, struct err *e)
{
	struct lan_link l = lan_link_unpack(s->plan->spec.links.at[place]);
	char name[LAN_NAME_SIZE], peer[LAN_NAME_SIZE];
	uint8_t mac[6];
	const struct rtnl_pair pair = { .name = name,
		.peer = peer,
		.peer_mac = mac,
		.peer_netns = netns,
		.master = BRIDGE + l.network,
		.index = port_of(s, place) };

	lan_mac(l.address, mac);
	snprintf(name, sizeof(name), "m%u", pair.index);
	snprintf(peer, sizeof(peer), LAN_INSIDE "%" PRIu32, place);
	if (connect_link(sandbox_first(s)->lan, &pair, e) == -1)
		return -1;
	return (s->links_off >> place & 1) == 0 ? 0
						: set_port(s, place, false, e);
}

static int
connect_machine(const struct sandbox *s, int netns, struct err *e)
{
	int rc = owner_become(sandbox_first(s)->base, e);

	for (uint32_t i = 0; rc == 0 && i < s->plan->spec.links.count; i++)
		rc = connect_at(s, i, netns, e);
	return owner_done(rc, e);
}

bool
lan_hear(struct builder *b, struct sandbox *s)
{
	CLOSES int netns = -1;
	struct err e;

	if (s->plan->spec.network != NETWORK_LAB || s->is_on_lan)
		return false;
	netns = fdpass_take_netns(s->status);
	if (netns == -1)
		return false;
	s->is_on_lan = true;
	if (connect_machine(s, netns, &e) == -1)
		life_refuse(b, s, e.text);
	else
		fdpass_say_network(s->status);
	return true;
}
