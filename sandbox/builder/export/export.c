/*
 * export.c - what a student has changed, as an archive.
 *
 * The tree is hostile and the builder is root, so the builder does not look at
 * it: a helper enters the sandbox's user namespace before it does, where its
 * capabilities reach no further than those of root of the sandbox, and its
 * root directory is the layer.  What it may take is bounded.
 */
#include "sandbox/builder/export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/export/walk.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/fs/fs.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1 /* shadow memory */
#else
#define SANITIZED 0
#endif

#define SECONDS_MAX  600 /* of processor time */
#define MEMORY_MAX   (UINT64_C(256) << 20)
#define BYTES_BESIDE (UINT64_C(64) << 20)

/* What a student exports must be read at least that fast: a pipe that nobody reads
 * keeps one of few places. */
#define STALL_S		 20
#define BYTES_PER_SECOND (UINT64_C(32) << 10)

static void
tell(struct builder *b, uint32_t serial, const char *reason, uint32_t failed)
{
	struct msg m;

	if (serial == 0)
		return; /* who asked has crashed */
	MSG_NEW(&m, EXPORTED, exported);
	m.serial = serial;
	m.exported.failed = failed;
	text_copy(m.exported.reason, TEXT_SIZE, reason);
	tell_monitor(b, &m);
}

/* --- the helper --------------------------------------------------------- */

enum { UPPER = CHILD_FD, HOME_FD, USERNS, OUT, STATUS };

struct help {
	const struct plan *plan;
	bool has_home, by_student;
	bool is_last; /* of the seat's machines */
	pid_t builder;
};

static int
bound(struct err *e)
{
	const struct rlimit cpu = { SECONDS_MAX, SECONDS_MAX };
	const struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };
	const struct rlimit core = { 0, 0 };

	if (setrlimit(RLIMIT_CPU, &cpu) == -1 ||
	    (!SANITIZED && setrlimit(RLIMIT_AS, &memory) == -1) ||
	    setrlimit(RLIMIT_CORE, &core) == -1)
		return err_set(e, errno, "limits of the export");
	return 0;
}

/* From here on it is no more than root of the sandbox. */
static int
enter(pid_t builder, struct err *e)
{
	if (fchdir(UPPER) == -1 || chroot(".") == -1)
		return err_set(e, errno, "enter the layer");
	if (setns(USERNS, CLONE_NEWUSER) == -1)
		return err_set(e, errno, "enter the user namespace");
	if (setgroups(0, NULL) == -1 || setresgid(0, 0, 0) == -1 ||
	    setresuid(0, 0, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_set(e, errno, "become root inside");
	/* The change of ids took it, see prctl(2); the builder may have gone
	 * before it was asked for again. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != builder)
		return err_set(e, ESRCH, "the builder");
	return 0;
}

/* Where the home is in the archive: as the layer's paths are, "home/student". */
static void
home_in_archive(const struct plan *p, char path[PATH_SIZE])
{
	const char *from = p->spec.home_dir;
	size_t at = 0;

	for (size_t n; *from != '\0'; from += n) {
		from += strspn(from, "/");
		n = strcspn(from, "/");
		if (n == 0 || (n == 1 && from[0] == '.'))
			continue;
		if (at > 0)
			path[at++] = '/';
		memcpy(path + at, from, n);
		at += n;
	}
	path[at] = '\0';
}

static int
write_archive(const struct help *it, struct walk_tree *w, struct err *e)
{
	const char *machine = it->plan->spec.machine;
	char top[NAME_SIZE + 1], below[PATH_SIZE];
	char home[sizeof(top) + PATH_SIZE], path[sizeof(home) + 1];

	snprintf(top, sizeof(top), "%s%s", machine,
	    machine[0] == '\0' ? "" : "/");
	home_in_archive(it->plan, below);
	snprintf(home, sizeof(home), "%s%s", top, below);
	if (it->has_home)
		w->home = home;
	if (walk_tree(w, UPPER, top, e) == -1)
		return -1;
	w->home = NULL;
	snprintf(path, sizeof(path), "%s/", home);
	if (it->has_home && walk_tree(w, HOME_FD, path, e) == -1)
		return -1;
	return it->is_last ? tar_end(w->tar, e) : 0;
}

/* The archive is good all the same; the note says what it lacks. */
static void
tell_differences(const struct walk_tree *w)
{
	char left_out[128] = "", renamed[128] = "", text[256];

	if (w->left_out == 0 && w->renamed == 0)
		return;
	if (w->left_out > 0)
		snprintf(left_out, sizeof(left_out),
		    "%" PRIu64 " files are left out: sockets, more than %d"
		    " directories deep, or in the way of the home",
		    w->left_out, WALK_DEPTH);
	if (w->renamed > 0)
		snprintf(renamed, sizeof(renamed),
		    "%s%" PRIu64 " files that begin with .wh. begin with _.wh."
		    " here",
		    w->left_out > 0 ? "; " : "", w->renamed);
	snprintf(text, sizeof(text), "%s%s", left_out, renamed);
	fdpass_note(STATUS, text);
}

static int64_t began_ms; /* of the helper */

/* The alarm ends the helper in the middle of a write(2), see alarm(2). */
static void
push_alarm(const struct tar *t)
{
	int64_t may = STALL_S + (int64_t)(t->written / BYTES_PER_SECOND);
	int64_t left = may - (clock_ms() - began_ms) / 1000;

	alarm(left < 1 ? 1 : (unsigned)left);
}

static int
steps(const struct help *it, struct err *e)
{
	const struct plan *p = it->plan;
	uint64_t disk = p->spec.disk + (it->has_home ? p->spec.home_disk : 0);
	struct tar tar = { .fd = OUT,
		.most = 2 * disk + BYTES_BESIDE,
		.before = it->by_student ? push_alarm : NULL };
	struct walk_tree *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return err_set(e, ENOMEM, "an export");
	w->tar = &tar;
	began_ms = clock_ms();
	if (bound(e) == -1 || enter(it->builder, e) == -1 ||
	    write_archive(it, w, e) == -1)
		return -1;
	tell_differences(w);
	return 0;
}

/* A slow client delays only this helper. */
static int
block_on(int fd, struct err *e)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		return err_set(e, errno, "the archive's pipe");
	return 0;
}

static int
help(const void *arg)
{
	const struct help *it = arg;
	struct err e;

	forked_dies_with(it->builder);
	signal(SIGPIPE, SIG_IGN);
	if (block_on(OUT, &e) == 0 && steps(it, &e) == 0)
		return 0;
	fdpass_fail(STATUS, &e);
	return 1;
}

/* --- the builder -------------------------------------------------------- */

/* The home with the sandbox's ids; -1 in *fd when there is none. */
static int
map_home(const struct sandbox *s, int *fd, struct err *e)
{
	CLOSES int mount = -1;

	*fd = -1;
	if (s->home == NULL)
		return 0;
	mount = fs_clone(s->home->mount, "", 0, e);
	if (mount == -1 || fs_set(mount, MOUNT_ATTR_RDONLY, s->userns, e) == -1)
		return -1;
	*fd = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd == -1 ? err_set(e, errno, "the home") : 0;
}

/* The machine of the seat that follows; NULL: that was the last. */
static struct sandbox *
machine_after(const struct sandbox *s)
{
	return s->first == NULL ? s->others : s->next_machine;
}

static int
begin(struct builder *b, struct export_job *x, struct sandbox *s, struct err *e)
{
	CLOSES int upper = openat(s->layer.root, "upper",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const bool is_last = machine_after(s) == NULL;
	struct help it = { .plan = s->plan,
		.builder = getpid(),
		.by_student = x->by_student,
		.is_last = is_last };
	CLOSES int home = -1;
	CLOSES int theirs = -1;
	int ends[2];

	x->sandbox = s->id;
	x->is_last = is_last;
	if (upper == -1)
		return err_set(e, errno, "the layer");
	if (map_home(s, &home, e) == -1 || fdpass_pair(ends, e) == -1)
		return -1;
	x->status = ends[0];
	theirs = ends[1];
	it.has_home = home != -1;
	x->pid = child_start(help, &it,
	    (const int[]){ upper, home, s->userns, x->out, theirs }, 5);
	if (x->pid == -1)
		return err_set(e, errno, "fork");
	if (x->by_student &&
	    cgroup_add(&b->site.cgroups, &s->cgroup, x->pid, e) == -1)
		return -1;
	x->number = ++b->exports.numbers;
	x->pidfd = (int)syscall(SYS_pidfd_open, x->pid, 0);
	if (x->pidfd == -1)
		return err_set(e, errno, "pidfd_open");
	return loop_add(b, x->pidfd, EPOLLIN, SOURCE_EXPORT, x->number, e);
}

/* A free one; NULL: there is none for who asks. */
static struct export_job *
find_place(struct builder *b, bool by_student)
{
	struct export_job *free_one = NULL;
	unsigned students = 0;

	for (size_t i = 0; i < EXPORTS_MAX; i++) {
		struct export_job *x = &b->exports.job[i];

		if (x->number == 0)
			free_one = x;
		else
			students += x->by_student;
	}
	return by_student && students >= EXPORTS_OF_STUDENTS ? NULL : free_one;
}

/* A student may hand over anything that a file can be, and what is written to it
 * may be kept in memory, or mean something to the kernel when it is not the student
 * that writes. */
static bool
is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Nobody waits for a helper that could not be begun. */
static void
end(struct builder *b, struct export_job *x, const char *reason, bool failed)
{
	if (x->pid > 0) {
		kill(x->pid, SIGKILL);
		waitpid(x->pid, NULL, 0);
	}
	scope_close(&x->status);
	scope_close(&x->pidfd);
	scope_close(&x->out);
	x->number = 0;
	tell(b, x->serial, reason, failed);
}

void
export_begin(struct builder *b, struct msg *asked)
{
	struct sandbox *s = sandbox_find(&b->sandboxes, asked->export.sandbox);
	bool by_student = asked->export.by_student != 0;
	struct export_job *x = find_place(b, by_student);
	uint32_t serial = asked->serial;
	struct err e;

	if (s == NULL || s->state != SANDBOX_LIVE) {
		tell(b, serial, "the sandbox is gone", 1);
	} else if (by_student && !is_pipe(asked->fd[0])) {
		tell(b, serial, "the archive goes to a pipe only", 1);
	} else if (x == NULL) {
		tell(b, serial, "too many exports at a time: try again", 1);
	} else {
		*x = (struct export_job){ .pidfd = -1,
			.status = -1,
			.serial = serial,
			.seat = s->id,
			.out = take_fd(&asked->fd[0]),
			.by_student = by_student };
		if (begin(b, x, s, &e) == -1)
			end(b, x, e.text, true);
	}
}

/* What that helper left out, behind what others did. */
static void
note(struct export_job *x, const char *machine, const char *text)
{
	size_t n = strlen(x->note);

	if (text[0] == '\0')
		return;
	snprintf(x->note + n, sizeof(x->note) - n, "%s%s%s%s",
	    n == 0 ? "" : "; ", machine, machine[0] == '\0' ? "" : ": ", text);
}

/* Its part is written: on with the next machine, where there is one. */
static void
go_on(struct builder *b, struct export_job *x, const char *left_out)
{
	const struct sandbox *s = sandbox_find(&b->sandboxes, x->sandbox);
	struct sandbox *next = s == NULL ? NULL : machine_after(s);
	struct err e;

	note(x, s == NULL ? "" : s->plan->spec.machine, left_out);
	if (x->is_last)
		end(b, x, x->note, false);
	else if (next == NULL || next->state != SANDBOX_LIVE || x->serial == 0)
		end(b, x, "the sandbox is gone", true);
	else if (begin(b, x, next, &e) == -1)
		end(b, x, e.text, true);
}

void
on_export(struct builder *b, uint32_t number)
{
	char reason[ERR_TEXT_SIZE];
	enum fdpass_word word;
	int status = 1;

	for (size_t i = 0; i < EXPORTS_MAX; i++) {
		struct export_job *x = &b->exports.job[i];

		if (x->number != number)
			continue;
		loop_remove(b, x->pidfd);
		scope_close(&x->pidfd);
		waitpid(x->pid, &status, 0);
		x->pid = 0;
		word = fdpass_heard(x->status, reason);
		scope_close(&x->status);
		if (status == 0 && word != HANDOVER_FAILURE) {
			go_on(b, x, reason);
			return;
		}
		if (word != HANDOVER_FAILURE)
			text_copy(reason, sizeof(reason),
			    WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM
				? "the export was ended, for it was read too"
				  " slowly"
				: "the export was killed");
		end(b, x, reason, true);
		return;
	}
}

void
export_stop_student(struct builder *b, uint32_t sandbox)
{
	for (size_t i = 0; i < EXPORTS_MAX; i++) {
		const struct export_job *x = &b->exports.job[i];

		if (x->number != 0 && x->by_student && x->seat == sandbox)
			kill(x->pid, SIGKILL);
	}
}

void
export_stop(struct builder *b, const struct sandbox *s)
{
	for (size_t i = 0; i < EXPORTS_MAX; i++) {
		const struct export_job *x = &b->exports.job[i];

		if (x->number != 0 && x->sandbox == s->id)
			kill(x->pid, SIGKILL);
	}
}

void
export_abandon(struct builder *b)
{
	for (size_t i = 0; i < EXPORTS_MAX; i++) {
		struct export_job *x = &b->exports.job[i];

		if (x->number == 0)
			continue;
		x->serial = 0;
		kill(x->pid, SIGKILL);
	}
}
