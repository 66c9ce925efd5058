/* painter_server.c - the fork server of painter.h. */
#include "gateway/recorder/painter_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/screen/snapshot.h"
#include "gateway/screen/snapshot_process.h"
#include "gateway/wire/rights.h"

/* A picture that is made. */
struct worker {
	pid_t pid; /* 0: none */
	uint32_t number;
	int64_t ends_ms;
};

struct server {
	int sock, children; /* the second is a signalfd */
	struct worker workers[PAINTINGS_MAX];
};

/* --- jails ---------------------------------------------------------------- */

/* What the server does, and what its forks do before their own filter. */
static const char *const server_calls[] = { "poll", "ppoll", "read", "write",
	"close", "recvmsg", "recvfrom", "sendmsg", "sendto", "signalfd4",
	"wait4", "kill", "dup2", "dup3", "close_range", "pread64", "prctl",
	"prlimit64", "setrlimit", "setitimer", "seccomp",
	FILTER_RUNTIME_CALLS };

static const struct filter_value server_values[] = {
	FILTER_FCNTL,
	{ "fcntl", 1, F_GET_SEALS },
};

static const struct filter_clear server_masked[] = { FILTER_NO_CODE,
	FILTER_FORK };

/* What a fork does with a student's bytes. */
static const char *const worker_calls[] = { "write", "brk", "munmap", "mremap",
	"madvise", "futex", "prctl", "prlimit64", "setrlimit", "close_range",
	"rt_sigreturn", "rt_sigprocmask", "exit", "exit_group" };

static const struct filter_clear worker_masked[] = { FILTER_NO_CODE };

static struct filter worker_filter; /* built before the jail */

static const struct filter_rules server_rules = {
	FILTER_ALLOWING(server_calls, server_values, server_masked),
};

static const struct filter_rules worker_rules = {
	.otherwise = SCMP_ACT_KILL_PROCESS,
	.allowed = worker_calls,
	.allowed_count = COUNT_OF(worker_calls),
	.clear = worker_masked,
	.clear_count = COUNT_OF(worker_masked),
};

static int
enter_jail(const struct confinement *c, struct err *e)
{
	if (filter_build(&worker_rules, &worker_filter, e) == -1 ||
	    confine(c, e) == -1)
		return -1;
	return SANITIZED ? 0 : filter_enter(&server_rules, e);
}

static int
enter_worker_jail(void)
{
	struct err ignored;

	if (snapshot_limit() == -1)
		return -1;
	if (SANITIZED || worker_filter.count == 0)
		return 0;
	return filter_install(&worker_filter, &ignored);
}

/* --- pictures ------------------------------------------------------------- */

static int
become_worker(const void *unused)
{
	sigset_t none;

	(void)unused;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return snapshot_process_in(enter_worker_jail);
}

static void
answer(const struct server *s, uint32_t number, int status)
{
	const struct painter_result r = { .number = number, .status = status };

	send(s->sock, &r, sizeof(r), MSG_NOSIGNAL);
}

static struct worker *
find(struct server *s, pid_t pid)
{
	for (int i = 0; i < PAINTINGS_MAX; i++) {
		if (s->workers[i].pid == pid)
			return &s->workers[i];
	}
	return NULL;
}

static void
start(struct server *s, const struct painter_order *ask,
    const struct rights *files)
{
	struct worker *w = find(s, 0);
	pid_t pid = -1;

	if (w != NULL)
		pid = child_start(become_worker, NULL, files->fd, files->count);
	if (pid == -1) {
		answer(s, ask->number, EXIT_FAILURE << 8);
		return;
	}
	*w = (struct worker){ pid, ask->number, clock_ms() + SNAPSHOT_MS };
}

/* False when there will be no more. */
static bool
take_order(struct server *s)
{
	struct painter_order ask;
	struct rights files;
	ssize_t n =
	    rights_recv(s->sock, &ask, sizeof(ask), SNAPSHOT_FILES, &files);

	if (n == -1)
		return errno == EAGAIN || errno == EINTR;
	if (n == sizeof(ask) && files.whole &&
	    files.count == SNAPSHOT_FILES - (ask.has_base ? 0U : 1U))
		start(s, &ask, &files);
	rights_close(&files);
	return n != 0;
}

static void
reap(struct server *s)
{
	struct signalfd_siginfo told;
	int status;
	pid_t pid;

	/* One signal may stand for many children. */
	while (read(s->children, &told, sizeof(told)) > 0)
		continue;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct worker *w = find(s, pid);

		if (w == NULL)
			continue;
		answer(s, w->number, status);
		*w = (struct worker){ 0 };
	}
}

/* Those that are late end; milliseconds until the next one is. */
static int
end_late(const struct server *s)
{
	int64_t now = clock_ms();
	int ms = -1;

	for (int i = 0; i < PAINTINGS_MAX; i++) {
		const struct worker *w = &s->workers[i];
		int left;

		if (w->pid == 0)
			continue;
		if (now >= w->ends_ms)
			kill(w->pid, SIGKILL);
		left =
		    now >= w->ends_ms ? SNAPSHOT_MS : (int)(w->ends_ms - now);
		ms = ms == -1 || left < ms ? left : ms;
	}
	return ms;
}

static int
serve(struct server *s, struct err *e)
{
	for (;;) {
		struct pollfd fds[2] = {
			{ .fd = s->sock, .events = POLLIN },
			{ .fd = s->children, .events = POLLIN },
		};

		if (poll(fds, 2, end_late(s)) == -1 && errno != EINTR)
			return err_set(e, errno, "poll");
		if (fds[1].revents != 0)
			reap(s);
		if (fds[0].revents != 0 && !take_order(s))
			return 0;
	}
}

int
painter_server(int sock, const struct confinement *c, struct err *e)
{
	struct server s = { .sock = sock };
	sigset_t chld;

	prctl(PR_SET_NAME, "atoll-painter");
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	s.children = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s.children == -1)
		return err_set(e, errno, "signalfd");
	if (c != NULL && enter_jail(c, e) == -1)
		return -1;
	return serve(&s, e);
}
