/* home.c - the homes that outlive sandboxes, in state_dir/homes. */
#include "sandbox/builder/home/home.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/dir.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/fs/blank.h"
#include "sandbox/builder/fs/loopdev.h"
#include "sandbox/builder/home/home_table.h"
#include "sandbox/builder/home/homefile.h"

#define HOMES_NAME "homes"

static void
name_of(const struct sandbox *s, char name[HOME_NAME_SIZE])
{
	snprintf(name, HOME_NAME_SIZE, "%s%s%s", s->account,
	    s->plan->spec.home == HOME_SEAT ? "+" : "",
	    s->plan->spec.home == HOME_SEAT ? s->plan->spec.lab : "");
}

/* --- helpers ------------------------------------------------------------ */

typedef int helper_fn(const struct homefile *h, struct err *e);

/* Descriptors of a helper. */
enum { HOMES_FD = CHILD_FD, BLANK_FD, ROOTFS_FD, STATUS_FD };

struct help {
	helper_fn *fn;
	const struct home *home;
	pid_t builder;
	uint64_t owed;
};

/* It goes with the builder. */
static int
help(const void *arg)
{
	const struct help *it = arg;
	const struct msg_lab_plan *lab = &it->home->plan->spec;
	struct err e;

	forked_dies_with(it->builder);
	if (it->fn(&(struct homefile){ .dir = HOMES_FD,
		       .name = it->home->name,
		       .blank = BLANK_FD,
		       .rootfs = ROOTFS_FD,
		       .home = lab->home_dir,
		       .uid = lab->uid,
		       .gid = lab->gid,
		       .owed = it->owed },
		&e) == 0)
		return 0;
	fdpass_fail(STATUS_FD, &e);
	return 1;
}

static int
start(struct builder *b, struct home *h, helper_fn *fn, struct err *e)
{
	const struct help it = { .fn = fn,
		.home = h,
		.builder = getpid(),
		.owed = store_owes(&b->site.staging.store) };
	CLOSES int theirs = -1;
	int ends[2];

	if (fdpass_pair(ends, e) == -1)
		return -1;
	h->status = ends[0];
	theirs = ends[1];
	h->helper = child_start(help, &it,
	    (const int[]){ b->homes.dir, h->plan->home_blank, h->plan->rootfs,
		theirs },
	    4);
	if (h->helper == -1)
		return err_set(e, errno, "fork");
	h->pidfd = (int)syscall(SYS_pidfd_open, h->helper, 0);
	if (h->pidfd == -1)
		return err_set(e, errno, "pidfd_open");
	return loop_add(b, h->pidfd, EPOLLIN, SOURCE_HOME, h->number, e);
}

/* True when it did its work; else the reason is in e. */
static bool
finish(struct builder *b, struct home *h, struct err *e)
{
	char reason[ERR_TEXT_SIZE];
	int status = 1;

	loop_remove(b, h->pidfd);
	scope_close(&h->pidfd);
	waitpid(h->helper, &status, 0);
	h->helper = 0;
	if (fdpass_heard(h->status, reason) != HANDOVER_FAILURE)
		text_copy(reason, sizeof(reason),
		    "the process that opens it was killed");
	scope_close(&h->status);
	if (status == 0)
		return true;
	err_set(e, 0, "home %s: %s", h->name, reason);
	return false;
}

static int
begin_open(struct builder *b, struct home *h, struct err *e)
{
	if (!home_step(h, HOME_OPENING))
		return err_set(e, 0, "home %s cannot be opened now", h->name);
	if (start(b, h, homefile_open, e) == -1)
		return err_wrap(e, "home %s", h->name);
	return 0;
}

static void
begin_close(struct builder *b, struct home *h)
{
	struct err e;

	if (!home_step(h, HOME_CLOSING))
		return;
	scope_close(&h->mount);
	if (start(b, h, homefile_close, &e) == 0)
		return;
	log_error(NULL, "cannot close home %s: %s", h->name, e.text);
	homes_forget(&b->homes, h);
}

/* --- sandboxes ---------------------------------------------------------- */

int
home_enter(struct builder *b, struct sandbox *s, struct err *e)
{
	char name[HOME_NAME_SIZE];
	struct home *h;

	if (s->plan->spec.home == HOME_FRESH)
		return 1;
	name_of(s, name);
	h = homes_find(&b->homes, name);
	if (h == NULL) {
		h = homes_add(&b->homes, name, s->plan);
		if (h == NULL)
			return err_set(e, ENOMEM, "home %s", name);
		if (begin_open(b, h, e) == -1) {
			homes_forget(&b->homes, h);
			return -1;
		}
	}
	s->home = h;
	h->users++;
	return h->state == HOME_OPEN;
}

void
home_leave(struct builder *b, struct sandbox *s)
{
	struct home *h = s->home;

	s->home = NULL;
	if (h != NULL && --h->users == 0 && h->state == HOME_OPEN)
		begin_close(b, h);
}

struct waiters {
	struct builder *b;
	struct home *h;
	const char *why; /* NULL: it is open */
};

static void
tell_waiter(struct sandbox *s, void *arg)
{
	const struct waiters *w = arg;

	if (s->home != w->h)
		return;
	if (w->why != NULL) {
		s->home = NULL;
		life_refuse(w->b, s, w->why);
	} else if (s->state == SANDBOX_BUILDING) {
		life_go_on(w->b, s);
	}
}

static void
tell_waiters(struct builder *b, struct home *h, const char *why)
{
	struct waiters w = { b, h, why };

	sandbox_each(&b->sandboxes, tell_waiter, &w);
}

static void
fail(struct builder *b, struct home *h, const struct err *e)
{
	tell_waiters(b, h, e->text);
	homes_forget(&b->homes, h);
}

static void
opened(struct builder *b, struct home *h, struct err *e)
{
	char place[sizeof(HOMES_AT) + HOME_NAME_SIZE];

	snprintf(place, sizeof(place), HOMES_AT "/%s", h->name);
	h->mount = open(place, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (h->mount == -1) {
		err_set(e, errno, "home %s", h->name);
		fail(b, h, e);
		return;
	}
	if (!home_step(h, HOME_OPEN)) {
		err_set(e, 0, "home %s is not being opened", h->name);
		fail(b, h, e);
		return;
	}
	/* One that fails at once must not close it under the others. */
	h->users++;
	tell_waiters(b, h, NULL);
	if (--h->users == 0)
		begin_close(b, h);
}

static void
closed(struct builder *b, struct home *h)
{
	struct err e;

	if (h->users == 0)
		homes_forget(&b->homes, h);
	else if (begin_open(b, h, &e) == -1)
		fail(b, h, &e);
}

void
on_home(struct builder *b, uint32_t number)
{
	struct home *h = homes_find_number(&b->homes, number);
	bool was_opening = h != NULL && h->state == HOME_OPENING;
	struct err e;

	if (h == NULL)
		return;
	if (finish(b, h, &e)) {
		if (was_opening)
			opened(b, h, &e);
		else
			closed(b, h);
		return;
	}
	log_error(NULL, "%s", e.text);
	fail(b, h, &e);
}

/* --- at load ------------------------------------------------------------ */

static bool
is_wanted(const struct plan_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->plan[i]->spec.home != HOME_FRESH)
			return true;
	}
	return false;
}

/* What was never finished. */
static void
sweep(int dir)
{
	CLOSES_DIR DIR *d = dir_open(dir, ".");
	const struct dirent *entry;

	while ((entry = dir_next(d)) != NULL) {
		if (entry->d_name[0] == HOME_DRAFT)
			unlinkat(dir, entry->d_name, 0);
	}
}

int
homes_open(struct homes *all, const struct plan_table *t, struct err *e)
{
	const char *state_dir = t->site.state_dir;
	CLOSES int state = open(state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool wanted = is_wanted(t);
	CLOSES int dir = -1;
	struct stat st;

	if (all->dir != -1)
		return 0;
	if (wanted && state == -1)
		return err_set(e, errno, "state_dir %s", state_dir);
	if (wanted && mkdirat(state, HOMES_NAME, 0700) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir %s/" HOMES_NAME, state_dir);
	dir = openat(state, HOMES_NAME,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1 && !wanted)
		return 0;
	if (dir == -1 || fstat(dir, &st) == -1)
		return err_set(e, errno, "%s/" HOMES_NAME, state_dir);
	/* A user who can write here chooses what the builder mounts. */
	if (st.st_uid != 0 || (st.st_mode & 077) != 0)
		return err_set(e, 0,
		    "%s/" HOMES_NAME " is not root's alone: 'chown root' and"
		    " 'chmod 700' it, if nobody has changed it",
		    state_dir);
	if (mkdir(HOMES_AT, 0700) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir " HOMES_AT);
	sweep(dir);
	all->dir = take_fd(&dir);
	return 0;
}

void
homes_close(struct homes *all)
{
	if (all->dir == -1)
		return;
	scope_close(&all->dir);
	rmdir(HOMES_AT);
}

int
home_prepare(struct plan *p, struct err *e)
{
	const struct msg_lab_plan *lab = &p->spec;

	if (lab->home == HOME_FRESH)
		return 0;
	if (strspn(lab->home_dir, "/") == strlen(lab->home_dir))
		return err_set(e, 0,
		    "the home of user %s is / in the image: it cannot be kept",
		    lab->user);
	if (loop_probe(e) == -1)
		return err_wrap(e,
		    "a home that is kept needs loop devices (modprobe loop)");
	if (p->home_blank != -1)
		return 0;
	return blank_make(BLANK_HOME, lab->home_disk, lab->home_inodes,
	    &p->home_blank, e);
}
