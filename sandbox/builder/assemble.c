/*
 * assemble.c - a sandbox, from clone3 to the exec of its init.
 *
 *	builder				child, PID 1 of its namespaces
 *	cgroup, INIT_PLAN, clone3
 *	uid_map, gid_map		joins the cgroup, more namespaces
 *	overlay, /dev, lab's mounts
 *	  (with a network)	<------	its network namespace, see network.h
 *	fdpass_send()		------>	fdpass_receive()
 *	  (back to its loop)		ids, mounts, pivot_root
 *	  the listener		<----	what is given up (harden.c)
 *					AppArmor profile, from the exec on
 *	READY, by way of the loop <----	execveat of atoll-init
 *
 * The child trusts the builder, whose copy it is.  It reports a failure over
 * the status socket, which its exec closes, and ends.
 */
#include "sandbox/builder/assemble.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/scope.h"
#include "gateway/wire/chan.h"
#include "sandbox/builder/apparmor/profile.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/fs/mounts.h"
#include "sandbox/builder/fs/procfs.h"
#include "sandbox/builder/home/home_table.h"
#include "sandbox/builder/loopback.h"
#include "sandbox/builder/network_inside.h"
#include "sandbox/builder/owner.h"
#include "sandbox/builder/seccomp/harden.h"

/* The two socketpairs of a sandbox; [0] is the builder's end. */
struct ends {
	int link[2], status[2];
};

static void
ends_close(struct ends *p)
{
	for (int i = 0; i < 2; i++) {
		scope_close(&p->link[i]);
		scope_close(&p->status[i]);
	}
}
#define CLOSES_ENDS __attribute__((cleanup(ends_close)))

static void
close_parts(struct rootfs_parts *parts)
{
	rootfs_parts_close(parts);
}
#define CLOSES_PARTS __attribute__((cleanup(close_parts)))

/* --- the child ---------------------------------------------------------- */

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
 * Before the mounts come: what needs no ids.  The cgroup namespace is made
 * when the process is in its group, which becomes the root that it sees.  A
 * network namespace takes half a millisecond: made here and not by clone3, it
 * does not keep the builder from its own half of the work.
 */
static int
settle(struct site *site, const struct sandbox *s, int status, struct err *e)
{
	const char *name = s->plan->spec.hostname;

	if (cgroup_join(&site->cgroups, &s->cgroup, e) == -1)
		return err_wrap(e, "cgroup %s", s->cgroup.name);
	/* The terminal that atolld may have been started from stays out. */
	if (setsid() == -1)
		return err_set(e, errno, "setsid");
	if (unshare(CLONE_NEWCGROUP | CLONE_NEWNET | CLONE_NEWUTS |
		    CLONE_NEWIPC) == -1)
		return err_set(e, errno, "namespaces");
	if (sethostname(name, strlen(name)) == -1)
		return err_set(e, errno, "host name %s", name);
	if (network_up(e) == -1)
		return -1;
	return s->plan->spec.network == NETWORK_NONE ? 0
						     : network_offer(status, e);
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

/* The link is 3; 0, 1 and 2 are the sandbox's /dev/null.  The rest goes with
 * the exec: the status socket is needed until then. */
static int
arrange_descriptors(int link, int *init, int *status, struct err *e)
{
	if (child_keep((const int[]){ link, *init, *status }, 3) == -1)
		return err_set(e, errno, "descriptors");
	*init = CHILD_FD + 1;
	*status = CHILD_FD + 2;
	if (child_stdio(CHILD_NULL, CHILD_NULL, CHILD_NULL) == -1)
		return err_set(e, errno, "/dev/null");
	if (close_range(CHILD_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC) == -1)
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
child_steps(struct site *site, const struct sandbox *s, int link, int *status,
    struct err *e)
{
	char *argv[] = { (char[]){ "atoll-init" }, NULL };
	char *envp[] = { NULL };
	struct rootfs_parts parts;
	int init = site->init;

	default_signals();
	rootfs_parts_init(&parts);
	parts.has_cgroup2 = site->cgroups.kind == &cgroup_v2;
	if (settle(site, s, *status, e) == -1 ||
	    fdpass_receive(*status, &parts, e) == -1 || become_root(e) == -1 ||
	    mounts_enter(s->plan, &parts, e) == -1 ||
	    join_network(site, s, *status, e) == -1 ||
	    arrange_descriptors(link, &init, status, e) == -1 ||
	    give_up(s->plan, *status, e) == -1 ||
	    profile_enter((enum apparmor)s->plan->spec.apparmor, e) == -1)
		return -1;
	syscall(SYS_execveat, init, "", argv, envp, AT_EMPTY_PATH);
	return err_set(e, errno, "exec atoll-init");
}

/* The builder's ends must not live on here: fdpass_receive() would wait for a
 * builder that is dead, and init for a monitor. */
static _Noreturn void
child(struct site *site, const struct sandbox *s, struct ends *ends,
    pid_t builder)
{
	int status = ends->status[1];
	struct err e;

	forked_begin(builder);
	scope_close(&ends->link[0]);
	scope_close(&ends->status[0]);
	child_steps(site, s, ends->link[1], &status, &e);
	fdpass_fail(status, &e);
	_exit(1);
}

/* --- the builder -------------------------------------------------------- */

static int
send_plan(int link, const struct sandbox *s, struct err *e)
{
	const struct plan *p = s->plan;
	struct chan c = { link, BUILDER, INIT };
	struct msg m;

	MSG_NEW(&m, INIT_PLAN, init_plan);
	m.init_plan.uid = p->spec.uid;
	m.init_plan.gid = p->spec.gid;
	m.init_plan.groups = p->spec.groups;
	m.init_plan.capabilities = p->spec.capabilities;
	m.init_plan.aslr = p->spec.aslr;
	m.init_plan.open_files = p->spec.open_files;
	text_copy(m.init_plan.user, NAME_SIZE, p->spec.user);
	m.init_plan.home = p->spec.home_dir;
	m.init_plan.shell = p->spec.shell;
	m.init_plan.workdir = p->spec.workdir;
	m.init_plan.ulimits = p->spec.ulimits;
	m.init_plan.command = p->spec.command;
	m.init_plan.environment = p->spec.environment;
	text_copy(m.init_plan.account, NAME_SIZE, s->account);
	text_copy(m.init_plan.lab, NAME_SIZE, p->spec.lab);
	text_copy(m.init_plan.secret, TEXT_SIZE, s->secret);
	m.init_plan.setup_seconds = p->program[PROGRAM_SETUP].seconds;
	m.init_plan.check_seconds = p->program[PROGRAM_CHECK].seconds;
	m.init_plan.steps_seconds = p->program[PROGRAM_STEPS].seconds;
	m.init_plan.progress = s->progress;
	text_copy(m.init_plan.machine, NAME_SIZE, p->spec.machine);
	m.init_plan.is_first = s->first == NULL;
	m.init_plan.address = p->spec.address;
	m.init_plan.service = p->spec.service;
	m.init_plan.reattach = p->spec.reattach;
	m.init_plan.owner_comes = !sandbox_has_owner(s);
	return chan_send(&c, &m, e);
}

static int
open_namespace(pid_t pid, const char *kind, int *fd, struct err *e)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, kind);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd == -1)
		return err_set(e, errno, "%s namespace", kind);
	return 0;
}

/* Only the owner may look: root would need CAP_SYS_PTRACE. */
static int
open_namespaces(struct sandbox *s, int *userns, struct err *e)
{
	bool home_comes =
	    !sandbox_has_owner(s) && s->plan->spec.home != HOME_FRESH;

	if (open_namespace(s->pid, "user", userns, e) == -1)
		return -1;
	return home_comes ? open_namespace(s->pid, "mnt", &s->mntns, e) : 0;
}

/* As the namespace's owner, see owner.h.  The kernel's no is this build's: what
 * could not be taken back is tried again before the next. */
static int
clone_owned(struct site *site, struct sandbox *s, struct ends *ends,
    struct clone_args *args, int *userns, struct err *e)
{
	pid_t builder = getpid();
	long pid = -1;
	int rc = owner_become(sandbox_first(s)->base, e);

	if (rc == 0) {
		pid = syscall(SYS_clone3, args, sizeof(*args));
		if (pid == 0)
			child(site, s, ends, builder);
		s->pid = pid == -1 ? 0 : (pid_t)pid;
		rc = pid == -1 ? err_set(e, errno, "clone3")
			       : open_namespaces(s, userns, e);
	}
	return owner_done(rc, e);
}

static int
start_child(struct site *site, struct sandbox *s, struct ends *ends,
    int *userns, struct err *e)
{
	CLOSES int cgroup = cgroup_clone_fd(&site->cgroups, &s->cgroup);
	struct clone_args args = {
		.flags =
		    CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&s->pidfd,
		.exit_signal = SIGCHLD,
	};
	int rc;

	if (cgroup != -1) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	rc = clone_owned(site, s, ends, &args, userns, e);
	cgroup_joined(&s->cgroup);
	return rc;
}

/* The daemons may be spared by the unit's OOMScoreAdjust; a sandbox is not, nor
 * may it go back there: who writes this with CAP_SYS_RESOURCE sets the least
 * that the process may choose. */
static int
spare_no_more(pid_t pid, struct err *e)
{
	char path[48];
	CLOSES int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd == -1 || write(fd, "0", 1) != 1)
		return err_set(e, errno, "oom_score_adj");
	return 0;
}

/* The child waits for this. */
static int
supply(struct site *site, struct sandbox *s, int userns, struct err *e)
{
	CLOSES_PARTS struct rootfs_parts parts;

	rootfs_parts_init(&parts);
	if (spare_no_more(s->pid, e) == -1 ||
	    idmap_write(s->pid, s->base, e) == -1 ||
	    rootfs_make(&site->staging, s->plan, userns, s->base, &parts,
		&s->layer, e) == -1)
		return -1;
	if (s->home != NULL &&
	    rootfs_add_home(&parts, s->home->mount, userns, e) == -1)
		return -1;
	if (s->plan->spec.procfs == PROCFS_SANDBOX &&
	    procfs_open(site->lxcfs, &parts.lxcfs, e) == -1)
		return -1;
	return fdpass_send(s->status, &parts, e);
}

int
assemble(struct site *site, struct sandbox *s, struct err *e)
{
	CLOSES_ENDS struct ends ends = { { -1, -1 }, { -1, -1 } };
	CLOSES int userns = -1;
	const struct msg_lab_plan *lab = &s->plan->spec;
	const struct limits limits = { .memory = lab->memory,
		.swap = lab->swap,
		.cpu_percent = lab->cpus,
		.cpu_weight = lab->cpu_weight,
		.pids = lab->pids,
		.has_cpuset = lab->procfs == PROCFS_SANDBOX };

	if (owner_return(e) == -1)
		return -1;
	if (s->base == 0) /* else it was needed before, see machines.h */
		s->base = idmap_take(&site->ids);
	if (s->base == 0)
		return err_set(e, EUSERS, "no free range of user ids");
	if (cgroup_create(&site->cgroups, s->id, &limits, &s->cgroup, e) ==
		-1 ||
	    chan_pair(ends.link, e) == -1 ||
	    fdpass_pair(ends.status, e) == -1 ||
	    send_plan(ends.link[0], s, e) == -1 ||
	    start_child(site, s, &ends, &userns, e) == -1)
		return -1;
	s->link = take_fd(&ends.link[0]);
	s->status = take_fd(&ends.status[0]);
	s->userns = take_fd(&userns);
	return supply(site, s, s->userns, e);
}
