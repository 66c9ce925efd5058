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
 * The child's half is inside.c.  Where it was made ahead (spare.h) it waits after its
 * namespaces for the name of a lab, and INIT_PLAN is sent then.
 */
#include "sandbox/builder/assemble.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/wire/chan.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/fs/procfs.h"
#include "sandbox/builder/home/home_table.h"
#include "sandbox/builder/inside.h"
#include "sandbox/builder/owner.h"

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
	m.init_plan.addresses = plan_addresses(p);
	m.init_plan.address = m.init_plan.addresses.id[0];
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
	bool home_comes = s->plan != NULL && !sandbox_has_owner(s) &&
			  s->plan->spec.home != HOME_FRESH;

	if (open_namespace(s->pid, "user", userns, e) == -1)
		return -1;
	return home_comes ? open_namespace(s->pid, "mnt", &s->mntns, e) : 0;
}

/* The builder's ends must not live on here: fdpass_receive() would wait for a
 * builder that is dead, and init for a monitor. */
static _Noreturn void
child(struct site *site, struct sandbox *s, struct ends *ends, pid_t builder)
{
	scope_close(&ends->link[0]);
	scope_close(&ends->status[0]);
	inside_run(site, s, ends->link[1], ends->status[1], builder);
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

static int
make_and_send(struct site *site, struct sandbox *s, int userns, struct err *e)
{
	CLOSES_PARTS struct rootfs_parts parts;

	rootfs_parts_init(&parts);
	if (rootfs_make(&site->staging, s->plan, userns, s->base, &parts,
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

/* The child waits for this. */
static int
supply(struct site *site, struct sandbox *s, int userns, struct err *e)
{
	int rc = make_and_send(site, s, userns, e);

	rootfs_clear();
	return rc;
}

static struct limits
limits_of(const struct plan *p)
{
	return (struct limits){ .memory = p->spec.memory,
		.swap = p->spec.swap,
		.cpu_percent = p->spec.cpus,
		.cpu_weight = p->spec.cpu_weight,
		.pids = p->spec.pids,
		.has_cpuset = p->spec.procfs == PROCFS_SANDBOX };
}

static int
limit(struct site *site, struct sandbox *s, struct err *e)
{
	const struct limits limits = limits_of(s->plan);

	return cgroup_limit(&site->cgroups, &limits, &s->cgroup, e);
}

/* The first half, of a sandbox with a plan or without one. */
static int
begin(struct site *site, struct sandbox *s, struct err *e)
{
	CLOSES_ENDS struct ends ends = { { -1, -1 }, { -1, -1 } };
	CLOSES int userns = -1;

	if (owner_return(e) == -1)
		return -1;
	if (s->base == 0) /* else it was needed before, see machines.h */
		s->base = idmap_take(&site->ids);
	if (s->base == 0)
		return err_set(e, EUSERS, "no free range of user ids");
	if (cgroup_create(&site->cgroups, s->id, &s->cgroup, e) == -1 ||
	    (s->plan != NULL && limit(site, s, e) == -1) ||
	    chan_pair(ends.link, e) == -1 ||
	    fdpass_pair(ends.status, e) == -1 ||
	    (s->plan != NULL && send_plan(ends.link[0], s, e) == -1) ||
	    start_child(site, s, &ends, &userns, e) == -1)
		return -1;
	s->link = take_fd(&ends.link[0]);
	s->status = take_fd(&ends.status[0]);
	s->userns = take_fd(&userns);
	return spare_no_more(s->pid, e) == -1 ? -1
					      : idmap_write(s->pid, s->base, e);
}

/* The limits first: what follows is of the lab. */
static int
tell_lab(struct site *site, struct sandbox *s, struct err *e)
{
	if (owner_return(e) == -1 || limit(site, s, e) == -1 ||
	    send_plan(s->link, s, e) == -1)
		return -1;
	return fdpass_say_lab(s->status, s->plan->spec.lab, e);
}

int
assemble_ahead(struct site *site, struct sandbox *s, struct err *e)
{
	return begin(site, s, e);
}

int
assemble(struct site *site, struct sandbox *s, struct err *e)
{
	if ((s->pid == 0 ? begin : tell_lab)(site, s, e) == -1)
		return -1;
	return supply(site, s, s->userns, e);
}
