/*
 * inside.c - the child's half of a sandbox: from clone3 to the exec of its init.
 *
 * The child trusts the builder, whose copy it is.  It reports a failure over
 * the status socket, which its exec closes, and ends.
 */
#include "sandbox/builder/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/packet_socket.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/apparmor/profile.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/fs/mounts.h"
#include "sandbox/builder/loopback.h"
#include "sandbox/builder/network_inside.h"
#include "sandbox/builder/seccomp/harden.h"
#include "sandbox/builder/sandbox.h"
#include "sandbox/builder/site.h"

/* Root of the user namespace: until its ids were mapped there was none. */
static int
become_root(struct err *e)
{
	if (setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1 ||
	    setgroups(0, NULL) == -1)
		return err_set(e, errno, "become root inside");
	return 0;
}

/* A signal that is ignored stays so across an exec: every program inside would
 * ignore what the builder ignores. */
static void
default_signals(void)
{
	sigset_t none;

	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * What needs neither a lab nor ids.  The cgroup namespace is made when the
 * process is in its group, which becomes the root that it sees.  A network
 * namespace takes half a millisecond: made here and not by clone3, it does not keep
 * the builder from its own half of the work.
 */
static int
settle(struct site *site, const struct sandbox *s, struct err *e)
{
	if (cgroup_join(&site->cgroups, &s->cgroup, e) == -1)
		return err_wrap(e, "cgroup %s", s->cgroup.name);
	/* The terminal that atolld may have been started from stays out. */
	if (setsid() == -1)
		return err_set(e, errno, "setsid");
	if (unshare(CLONE_NEWCGROUP | CLONE_NEWNET | CLONE_NEWUTS |
		    CLONE_NEWIPC) == -1)
		return err_set(e, errno, "namespaces");
	return network_up(e);
}

/* --- a child that was made ahead ----------------------------------------- */

/* A copy of what is another's, such as a link, would keep that open for as long as the
 * wait lasts.  Of the builder's own only init and the labs' programs are
 * needed after it. */
static int
close_others(const struct site *site, int link, int status, struct err *e)
{
	const struct plan_table *t = site->plans;
	size_t count = 0;
	FREES int *keep = calloc(t->count * PROGRAMS + 3, sizeof(*keep));

	if (keep == NULL)
		return err_set(e, ENOMEM, "descriptors");
	keep[count++] = link;
	keep[count++] = status;
	keep[count++] = site->init;
	for (size_t i = 0; i < t->count; i++) {
		for (int p = 0; p < PROGRAMS; p++)
			keep[count++] = t->plan[i]->program[p].fd;
	}
	return forked_keep(keep, count, e);
}

/* A reload ends who waits: the plans in our memory are those in force. */
static int
wait_for_lab(const struct site *site, struct sandbox *s, int link, int status,
    struct err *e)
{
	char lab[NAME_SIZE];

	if (mounts_leave(e) == -1 || close_others(site, link, status, e) == -1)
		return -1;
	prctl(PR_SET_NAME, SPARE_NAME);
	if (fdpass_wait_lab(status, lab, e) == -1)
		return -1;
	s->plan = plan_find(site->plans, lab);
	return s->plan == NULL ? err_set(e, ENOENT, "lab %s", lab) : 0;
}

/* --- what the lab asks for ------------------------------------------------ */

static int
take_name(const struct plan *p, struct err *e)
{
	const char *name = p->spec.hostname;

	if (sethostname(name, strlen(name)) == -1)
		return err_set(e, errno, "host name %s", name);
	return 0;
}

static int
offer_network(const struct plan *p, int status, struct err *e)
{
	return p->spec.network == NETWORK_NONE ? 0 : network_offer(status, e);
}

/* Its interface came meanwhile, or will soon; after this it may change nothing of
 * it. */
static int
join_network(const struct site *site, const struct sandbox *s, int status,
    struct err *e)
{
	const struct msg_lab_plan *lab = &s->plan->spec;

	if (lab->network == NETWORK_NONE)
		return 0;
	if (lab->network == NETWORK_LAB)
		return network_take_lan(status, s, e);
	return network_take(status,
	    network_address(site->network_range, s->base),
	    s->plan->spec.egress_rate, e);
}

/* The link is 3, and behind it is the packet socket of a lab with captures; 0, 1 and 2
 * are the sandbox's /dev/null.  The rest goes with the exec: the status socket is needed
 * until then. */
static int
arrange_descriptors(const struct plan *p, int link, int *init, int *status,
    struct err *e)
{
	CLOSES int packets = p->spec.capture == 0 ? -1 : packet_socket_open(e);

	if (p->spec.capture != 0 && packets == -1)
		return -1;
	if (child_keep((const int[]){ link, packets, *init, *status }, 4) == -1)
		return err_set(e, errno, "descriptors");
	packets = -1; /* it has moved */
	*init = PACKET_SOCKET_FD + 1;
	*status = PACKET_SOCKET_FD + 2;
	if (child_stdio(CHILD_NULL, CHILD_NULL, CHILD_NULL) == -1)
		return err_set(e, errno, "/dev/null");
	if (close_range(PACKET_SOCKET_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC) == -1)
		return err_set(e, errno, "close_range");
	return 0;
}

/* Before the exec nothing of the child's is trapped: nobody waits meanwhile. */
static int
give_up(const struct plan *p, int status, struct err *e)
{
	CLOSES int listener = -1;

	if (harden_self(p, &listener, e) == -1)
		return -1;
	return listener == -1 ? 0 : fdpass_send_listener(status, listener, e);
}

static int
child_steps(struct site *site, struct sandbox *s, int link, int *status,
    struct err *e)
{
	char *argv[] = { (char[]){ "atoll-init" }, NULL };
	char *envp[] = { NULL };
	struct rootfs_parts parts;
	int init = site->init;

	default_signals();
	rootfs_parts_init(&parts);
	parts.has_cgroup2 = site->cgroups.kind == &cgroup_v2;
	if (settle(site, s, e) == -1 ||
	    (s->plan == NULL &&
		wait_for_lab(site, s, link, *status, e) == -1) ||
	    take_name(s->plan, e) == -1 ||
	    offer_network(s->plan, *status, e) == -1 ||
	    fdpass_receive(*status, &parts, e) == -1 || become_root(e) == -1 ||
	    mounts_enter(s->plan, &parts, e) == -1 ||
	    join_network(site, s, *status, e) == -1 ||
	    arrange_descriptors(s->plan, link, &init, status, e) == -1 ||
	    give_up(s->plan, *status, e) == -1 ||
	    profile_enter((enum apparmor)s->plan->spec.apparmor, e) == -1)
		return -1;
	syscall(SYS_execveat, init, "", argv, envp, AT_EMPTY_PATH);
	return err_set(e, errno, "exec atoll-init");
}

_Noreturn void
inside_run(struct site *site, struct sandbox *s, int link, int status,
    pid_t builder)
{
	struct err e;

	forked_begin(builder);
	child_steps(site, s, link, &status, &e);
	fdpass_fail(status, &e);
	_exit(1);
}
