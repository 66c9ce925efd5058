/* lan.c - the network of a seat that has several machines. */
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

#define BRIDGE 1000 /* its number, and so no name is looked up */

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
make_as_owner(int *lan, struct err *e)
{
	pid_t holder = start_holder();
	int rc;

	if (holder == -1)
		return err_set(e, errno, "clone3");
	rc = open_there(holder, lan, e);
	end_holder(holder);
	return rc == -1 ? -1 : rtnl_bridge(*lan, BRIDGE, "lan", e);
}

int
lan_make(uid_t owner, int *lan, struct err *e)
{
	int rc = owner_become(owner, e);

	if (rc == 0)
		rc = make_as_owner(lan, e);
	return owner_done(rc, e);
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
	const struct rtnl_pair pair = { .name = "m0",
		.peer = LAN_INSIDE,
		.peer_netns = -1,
		.master = BRIDGE };
	CLOSES int lan = -1;
	int rc;

	if (lan_wanted_by(t) == NULL)
		return 0;
	/* The ids of a sandbox, and of no process. */
	rc = lan_make(IDMAP_FIRST, &lan, e);
	if (rc == 0)
		rc = owner_become(IDMAP_FIRST, e);
	if (rc == 0)
		rc = rtnl_pair(lan, &pair, e);
	return owner_done(rc, e) == 0
		   ? 0
		   : err_wrap(e, "this host has no network for machines");
}

/* --- joined ----------------------------------------------------------------- */

static int
connect_machine(const struct sandbox *s, int netns, struct err *e)
{
	const struct sandbox *first = sandbox_first(s);
	char name[16];
	uint8_t mac[6];
	const struct rtnl_pair pair = { .name = name,
		.peer = LAN_INSIDE,
		.peer_mac = mac,
		.peer_netns = netns,
		.master = BRIDGE };
	int rc = owner_become(first->base, e);

	lan_mac(s->plan->spec.address, mac);
	/* One before it may have left an end that the kernel is yet to remove:
	 * its number is another. */
	snprintf(name, sizeof(name), "m%" PRIx32, s->id);
	if (rc == 0)
		rc = rtnl_pair(first->lan, &pair, e);
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
