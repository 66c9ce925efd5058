/*
 * main.c - atoll-keys: runs keys_command.
 *
 * It exists only when keys_command is set.  The monitor cannot run a program as
 * another user, and the builder, which could, reads nothing that users chose.
 * So atolld starts this program before it gives up root, with the command and
 * its user fixed.  It stays root, with a few capabilities, and only keeps
 * (keeper.c) a process that becomes that user before it reads anything.  That
 * one forks another for each KEYS_START, which answers requests on a link of its
 * own and has to do with the command.  Both may be lost, and are replaced.  They
 * trust neither the monitor, whose requests are typed messages, nor the command:
 * the monitor learns only whether a key is the account's.
 *
 * Descriptor 3 is the link to the monitor.  All serve until that closes, the
 * last fork until its own link does.
 */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/privs.h"
#include "gateway/base/scope.h"
#include "gateway/keys/keeper.h"
#include "gateway/keys/keyjob.h"
#include "gateway/keys/program.h"
#include "gateway/wire/chan.h"

#define NAME	"atoll-keys"
#define LINK_FD 3

/* To make a pid namespace, to give up root in it, and to end what is there. */
#define BIT(cap) (UINT64_C(1) << (cap))
#define KEEPER_CAPS                                                            \
	(BIT(CAP_SYS_ADMIN) | BIT(CAP_SETUID) | BIT(CAP_SETGID) |              \
	    BIT(CAP_SETPCAP) | BIT(CAP_KILL))

#define JOBS_MAX 8 /* more requests wait in the link */

struct helper {
	struct chan link;
	char *const *command;
	int64_t timeout_ms;
	struct keyjob jobs[JOBS_MAX];
};

static void
say(struct helper *h, uint32_t serial, bool found, const char *reason)
{
	struct err ignored; /* without a monitor there is nobody to tell */
	struct msg m;

	MSG_NEW(&m, KEYS_SAID, keys_said);
	m.serial = serial;
	m.keys_said.found = found;
	text_copy(m.keys_said.reason, TEXT_SIZE, reason);
	chan_send(&h->link, &m, &ignored);
}

static struct keyjob *
free_job(struct helper *h)
{
	for (unsigned i = 0; i < JOBS_MAX; i++) {
		if (h->jobs[i].pid == 0)
			return &h->jobs[i];
	}
	return NULL;
}

/* One request; false when the monitor is gone. */
static bool
take_request(struct helper *h)
{
	struct keyjob *j = free_job(h);
	struct err e = { 0 };
	struct msg m;

	if (chan_recv(&h->link, &m, &e) != CHAN_MESSAGE)
		return false;
	if (m.type != MSG_KEYS_ASK) {
		msg_close(&m);
		return false;
	}
	assert(j != NULL); /* without room the link is not looked at */
	j->serial = m.serial;
	j->deadline_ms = clock_ms() + h->timeout_ms;
	if (keyjob_start(j, h->command, m.keys_ask.account, m.keys_ask.key,
		&e) == -1)
		say(h, j->serial, false, e.text);
	return true;
}

static void
finish(struct helper *h, struct keyjob *j, bool is_late)
{
	char reason[TEXT_SIZE];
	bool found = keyjob_finish(j, is_late, reason);

	say(h, j->serial, found, reason);
}

/* One turn: fds[0] is the link, then two for each job. */
static void
look_after(struct helper *h, const struct pollfd *fds)
{
	for (unsigned i = 0; i < JOBS_MAX; i++) {
		struct keyjob *j = &h->jobs[i];

		if (j->pid == 0)
			continue;
		if ((fds[2 * i + 1].revents != 0 && !keyjob_read(j)) ||
		    fds[2 * i + 2].revents != 0)
			finish(h, j, false);
		else if (clock_ms() >= j->deadline_ms)
			finish(h, j, true);
	}
}

static int
next_deadline(const struct helper *h)
{
	int64_t now = clock_ms();
	int left = -1;

	for (unsigned i = 0; i < JOBS_MAX; i++) {
		const struct keyjob *j = &h->jobs[i];
		int ms;

		if (j->pid == 0)
			continue;
		ms = j->deadline_ms <= now ? 0 : (int)(j->deadline_ms - now);
		left = left == -1 || ms < left ? ms : left;
	}
	return left;
}

static void
serve(struct helper *h)
{
	struct pollfd fds[1 + 2 * JOBS_MAX];

	for (;;) {
		bool has_room = free_job(h) != NULL;

		fds[0] =
		    (struct pollfd){ has_room ? h->link.fd : -1, POLLIN, 0 };
		for (unsigned i = 0; i < JOBS_MAX; i++) {
			const struct keyjob *j = &h->jobs[i];
			bool runs = j->pid != 0;

			fds[2 * i + 1] =
			    (struct pollfd){ runs ? j->out : -1, POLLIN, 0 };
			fds[2 * i + 2] =
			    (struct pollfd){ runs ? j->pidfd : -1, POLLIN, 0 };
		}
		if (poll(fds, 1 + 2 * JOBS_MAX, next_deadline(h)) == -1 &&
		    errno != EINTR)
			return;
		look_after(h, fds);
		if (fds[0].revents != 0 && !take_request(h))
			return;
	}
}

/* In a fork: answer requests on a link that has the number of the one before,
 * and end nothing undone. */
static int
answer(const void *arg)
{
	struct helper *h = *(struct helper *const *)arg;
	char reason[TEXT_SIZE];
	struct err ignored;
	struct msg m;

	signal(SIGCHLD, SIG_DFL);
	MSG_NEW(&m, KEYS_READY, keys_ready);
	if (chan_send(&h->link, &m, &ignored) == 0)
		serve(h);
	for (unsigned i = 0; i < JOBS_MAX; i++) {
		if (h->jobs[i].pid != 0)
			keyjob_finish(&h->jobs[i], true, reason);
	}
	return 0;
}

/* We are process 1 of a pid namespace: everybody else in it. */
static void
end_all(void)
{
	kill(-1, SIGKILL);
}

/* Wait for a message, while the worker lives: what its commands have left is
 * ended with it. */
static bool
is_asked(const struct helper *h, int *worker)
{
	struct pollfd fds[] = { { h->link.fd, POLLIN, 0 },
		{ *worker, POLLIN, 0 } };

	while (poll(fds, 2, -1) == -1) {
		if (errno != EINTR)
			return false;
	}
	if (fds[1].revents != 0) {
		end_all();
		scope_close(worker);
	}
	return fds[0].revents != 0;
}

/* -1 in *worker where none started. */
static void
start_worker(struct helper *h, int link, int *worker)
{
	pid_t pid;

	end_all();
	scope_close(worker);
	pid = child_start(answer, &h, &link, 1);
	if (pid == -1)
		log_error(NULL, NAME ": fork: %s", strerror(errno));
	else
		*worker = (int)syscall(SYS_pidfd_open, pid, 0);
}

/* One worker at a time.  Nobody waits for those that end: their links tell the
 * monitor.  True when another program is installed, which is to read the request
 * that has come: after an upgrade there is always one. */
static bool
start_on_demand(struct helper *h, const struct program *self)
{
	struct err e = { 0 };
	int worker = -1;
	struct msg m;

	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		if (!is_asked(h, &worker))
			continue;
		if (program_is_replaced(self))
			return true;
		if (chan_recv(&h->link, &m, &e) != CHAN_MESSAGE)
			break;
		if (m.type == MSG_KEYS_START)
			start_worker(h, m.fd[0], &worker);
		msg_close(&m);
	}
	scope_close(&worker);
	return false;
}

struct start {
	struct helper *h;
	struct program *self;
	char **argv;
	uid_t uid;
	gid_t gid;
};

/* In the keeper. */
static void
become_installed(const void *arg)
{
	const struct start *s = arg;
	struct err e;

	program_become(s->self, s->argv, &e);
	log_error(NULL, NAME " stays as it was: %s", e.text);
}

/* What the keeper keeps: from here on there is no root. */
static int
be_starter(const void *arg)
{
	const struct start *s = arg;
	struct err e = { 0 };

	if (privs_drop(s->uid, s->gid, &e) == -1) {
		log_error(NULL, NAME ": %s", e.text);
		return 1;
	}
	return start_on_demand(s->h, s->self) ? KEEPER_RENEW : 0;
}

int
main(int argc, char **argv)
{
	FREES struct helper *h = NULL;
	struct err e = { 0 };
	static struct program self;
	struct start s = { .self = &self, .argv = argv };

	_Static_assert(LINK_FD == CHILD_FD, "the link of all");
	program_remember(&self);
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		puts(NAME " " VERSION);
		return 0;
	}
	if (argc < 4 || fcntl(LINK_FD, F_GETFD) == -1) {
		fputs("usage: atoll-keys USER SECONDS COMMAND...\n"
		      "atolld starts this program: see keys_command in"
		      " atoll.conf(5).\n",
		    stderr);
		return 2;
	}
	h = calloc(1, sizeof(*h));
	if (h == NULL || privs_user(argv[1], &s.uid, &s.gid, &e) == -1 ||
	    privs_limit(KEEPER_CAPS, &e) == -1) {
		log_error(NULL, NAME ": %s", e.text);
		return 1;
	}
	closefrom(LINK_FD + 1);
	signal(SIGPIPE, SIG_IGN);
	h->link = (struct chan){ .fd = LINK_FD, .self = KEYS, .peer = MONITOR };
	h->timeout_ms = strtoll(argv[2], NULL, 10) * 1000;
	h->command = argv + 3;
	s.h = h;
	return chdir("/") == 0
		   ? keeper_run(be_starter, &s, LINK_FD, become_installed)
		   : 1;
}
