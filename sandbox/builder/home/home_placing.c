/* home_placing.c - a home comes into a sandbox that stands there already. */
#include "sandbox/builder/home/home_placing.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/scope.h"
#include "gateway/wire/msg.h"
#include "gateway/wire/rights.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/fs/labmounts.h"
#include "sandbox/builder/home/home_table.h"

/* --- the helper --------------------------------------------------------- */

enum { USERNS = CHILD_FD, MNTNS, STATUS };

struct place {
	const struct plan *plan;
	pid_t builder;
	unsigned count; /* of mounts */
};

/* From here on it is no more than root of the sandbox was while that was built.
 * Nobody of the sandbox sees it: it is in none of its pid namespaces. */
static int
enter(struct err *e)
{
	if (setns(USERNS, CLONE_NEWUSER) == -1)
		return err_set(e, errno, "enter the user namespace");
	if (setgroups(0, NULL) == -1 || setresgid(0, 0, 0) == -1 ||
	    setresuid(0, 0, 0) == -1)
		return err_set(e, errno, "become root inside");
	/* Its root is ours then, see setns(2). */
	if (setns(MNTNS, CLONE_NEWNS) == -1)
		return err_set(e, errno, "enter the mount namespace");
	return 0;
}

static int
attach(const struct place *it, struct err *e)
{
	struct rights r;
	char go;

	if (rights_recv(STATUS, &go, 1, MOUNTS_MAX + 1, &r) != 1 || !r.whole ||
	    r.count != it->count)
		return err_set(e, EBADMSG, "mounts from the builder");
	return labmounts_attach_late(it->plan, r.fd, e);
}

static int
place(const void *arg)
{
	const struct place *it = arg;
	struct err e;

	forked_dies_with(it->builder);
	if (enter(&e) == 0 && attach(it, &e) == 0)
		return 0;
	fdpass_fail(STATUS, &e);
	return 1;
}

/* --- the builder -------------------------------------------------------- */

static void
close_parts(struct rootfs_parts *parts)
{
	rootfs_parts_close(parts);
}
#define CLOSES_PARTS __attribute__((cleanup(close_parts)))

/* It has its namespaces, and waits for the mounts. */
static int
start(struct sandbox *s, const struct rootfs_parts *parts, struct err *e)
{
	const struct place it = { s->plan, getpid(),
		(unsigned)parts->mount_count };
	struct home_placing *p = &s->placing;
	CLOSES int theirs = -1;
	char go = 'g';
	int ends[2];

	if (fdpass_pair(ends, e) == -1)
		return -1;
	p->status = ends[0];
	theirs = ends[1];
	p->helper = child_start(place, &it,
	    (const int[]){ s->userns, s->mntns, theirs }, 3);
	if (p->helper == -1) {
		p->helper = 0;
		return err_set(e, errno, "fork");
	}
	p->pidfd = (int)syscall(SYS_pidfd_open, p->helper, 0);
	if (p->pidfd == -1)
		return err_set(e, errno, "pidfd_open");
	if (rights_send(p->status, &go, 1, parts->mount, it.count) == -1)
		return err_set(e, errno, "hand over mounts");
	return 0;
}

int
home_placing_begin(struct builder *b, struct sandbox *s, struct err *e)
{
	CLOSES_PARTS struct rootfs_parts parts;

	rootfs_parts_init(&parts);
	if (rootfs_make_late(s->plan, s->home->mount, s->userns, &parts, e) ==
		-1 ||
	    start(s, &parts, e) == -1)
		return err_wrap(e, "home");
	return loop_add(b, s->placing.pidfd, EPOLLIN, SOURCE_PLACED, s->id, e);
}

int
home_placing_end(struct builder *b, struct sandbox *s, struct err *e)
{
	struct home_placing *p = &s->placing;
	char reason[ERR_TEXT_SIZE];
	int status = 1;

	loop_remove(b, p->pidfd);
	scope_close(&p->pidfd);
	waitpid(p->helper, &status, 0);
	p->helper = 0;
	if (fdpass_heard(p->status, reason) != HANDOVER_FAILURE)
		text_copy(reason, sizeof(reason),
		    "the process that places it was killed");
	scope_close(&p->status);
	scope_close(&s->mntns);
	p->is_done = status == 0;
	return p->is_done ? 0 : err_set(e, 0, "home: %s", reason);
}

void
home_placing_kill(struct sandbox *s)
{
	if (s->placing.helper != 0)
		kill(s->placing.helper, SIGKILL);
}

bool
home_placing_is_over(struct sandbox *s)
{
	struct home_placing *p = &s->placing;

	if (p->helper != 0 && waitpid(p->helper, NULL, WNOHANG) == 0)
		return false;
	p->helper = 0;
	return true;
}
