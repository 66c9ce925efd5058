/*
 * labtrial.c - a lab's sandbox, started to see whether it can be.
 *
 * Messages are sent and awaited one after the other, and without a timeout: the
 * builder has its own for everything that a lab's programs may take long for.
 */
#include "gateway/admin/lab/labtrial.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/admin/lab/labnotes.h"
#include "gateway/admin/print.h"
#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/wire/chan.h"

#define ACCOUNT	    "lab-check"
#define SECRET	    "0123456789abcdef0123456789abcdef" /* nobody's seat */
#define OUTPUT_SIZE 65536
#define CHECKED_MS  1000 /* init sends CHECKED before lab check ends */

struct trial {
	struct chan builder;
	uint32_t sandbox; /* last number given */
	struct msg m;
	char output[OUTPUT_SIZE]; /* of the last command */
};

/* --- messages ----------------------------------------------------------- */

static int
receive(struct trial *t, const struct chan *c, struct err *e)
{
	switch (chan_recv(c, &t->m, e)) {
	case CHAN_MESSAGE:
		return 0;
	case CHAN_UNKNOWN:
	case CHAN_BROKEN:
		return -1;
	case CHAN_EMPTY:
		return err_set(e, 0, "the sandbox does not answer");
	case CHAN_CLOSED:
		break;
	}
	return err_set(e, 0,
	    c == &t->builder ? "this host cannot start sandboxes:"
			       " 'atoll check-host' says why"
			     : "the sandbox ended");
}

/* The lines of a text, each after the file's name. */
static void
say(FILE *out, const struct trial_lab *lab, const char *what, const char *text)
{
	while (*text != '\0') {
		char line[1024], safe[4096];
		size_t n = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		text_escape(safe, sizeof(safe), line);
		fprintf(out, "%s: %s%s\n", lab->file, what, safe);
		text += n + (text[n] == '\n');
	}
}

/* --- the builder -------------------------------------------------------- */

struct builder_run {
	const char *config, *loader, *libexec_dir;
};

static int
exec_builder(const void *arg)
{
	const struct builder_run *r = arg;
	char program[PATH_SIZE + 16];

	snprintf(program, sizeof(program), "%s/atoll-builder", r->libexec_dir);
	/* Its log is for operators; what matters comes as a message. */
	if (child_stdio(CHILD_SAME, CHILD_SAME, CHILD_NULL) == -1)
		return 126;
	execl(program, "atoll-builder", "-c", r->config, "-l", r->loader,
	    (char *)NULL);
	return 127;
}

static int
load(struct trial *t, struct err *e)
{
	if (chan_hello(&t->builder, e) == -1)
		return -1;
	MSG_NEW(&t->m, LOAD, load);
	t->m.serial = 1;
	if (chan_send(&t->builder, &t->m, e) == -1)
		return -1;
	for (;;) {
		if (receive(t, &t->builder, e) == -1)
			return -1;
		if (t->m.type == MSG_LOADED) {
			msg_close(&t->m);
			return 0;
		}
		if (t->m.type == MSG_HELLO) {
			if (chan_check_hello(&t->builder, &t->m, e) == -1)
				return -1;
		} else if (t->m.type == MSG_LOAD_FAILED &&
			   t->m.load_failed.more != 0) {
			char safe[4 * TEXT_SIZE];

			text_escape(safe, sizeof(safe),
			    t->m.load_failed.reason);
			fprintf(stderr, "atoll: %s\n", safe);
		} else {
			return err_set(e, 0,
			    "atoll-builder does not take this configuration: "
			    "the lines"
			    " above say why");
		}
	}
}

/* --- one sandbox -------------------------------------------------------- */

/* Its lifeline, or -1 with the reason. */
static int
build(struct trial *t, const struct trial_lab *lab, struct err *e)
{
	MSG_NEW(&t->m, BUILD, build);
	t->m.build.sandbox = ++t->sandbox;
	text_copy(t->m.build.account, NAME_SIZE, ACCOUNT);
	text_copy(t->m.build.lab, NAME_SIZE, lab->name);
	text_copy(t->m.build.secret, TEXT_SIZE, SECRET);
	if (chan_send(&t->builder, &t->m, e) == -1)
		return -1;
	do {
		if (receive(t, &t->builder, e) == -1)
			return -1;
		if (t->m.type == MSG_BUILT)
			return take_fd(&t->m.fd[0]);
	} while (t->m.type == MSG_LIMIT_HIT);
	return err_set(e, 0, "%s", t->m.build_failed.reason);
}

static void
demolish(struct trial *t)
{
	struct err e;

	MSG_NEW(&t->m, DEMOLISH, demolish);
	t->m.demolish.sandbox = t->sandbox;
	if (chan_send(&t->builder, &t->m, &e) == -1)
		return;
	while (receive(t, &t->builder, &e) == 0 && t->m.type != MSG_ENDED)
		continue;
}

/* The session's end of a link to init, as if a student had connected; -1. */
static int
introduce(struct trial *t, int lifeline, struct err *e)
{
	struct chan init = { lifeline, MONITOR, INIT };
	int ends[2], rc;

	if (chan_pair(ends, e) == -1)
		return -1;
	MSG_NEW(&t->m, INTRODUCE, introduce);
	t->m.introduce.connection = 1;
	t->m.fd[0] = ends[1];
	rc = chan_send(&init, &t->m, e);
	msg_close(&t->m);
	if (rc == -1)
		close(ends[0]);
	return rc == -1 ? -1 : ends[0];
}

/* Read to the end.  What does not fit is dropped, but read: a program whose
 * pipe is full would wait for ever. */
static void
read_all(int fd, char *to, size_t size)
{
	char buf[4096];
	size_t used = strlen(to);
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		size_t room = size - 1 - used;
		size_t some = (size_t)n < room ? (size_t)n : room;

		memcpy(to + used, buf, some);
		used += some;
		to[used] = '\0';
	}
}

/* Run a command of the student's; its output is in t, its status in *status. */
static int
run(struct trial *t, int link, uint32_t serial, const char *command,
    uint32_t *status, struct err *e)
{
	struct chan c = { link, SESSION, INIT };

	MSG_NEW(&t->m, SPAWN, spawn);
	t->m.serial = serial;
	t->m.spawn.kind = SPAWN_EXEC;
	t->m.spawn.command = command;
	if (chan_send(&c, &t->m, e) == -1 || receive(t, &c, e) == -1)
		return -1;
	if (t->m.type != MSG_SPAWNED_PIPES)
		return err_set(e, 0, "%s",
		    t->m.type == MSG_SPAWN_FAILED ? t->m.spawn_failed.reason

						  : "init did not run it");
	t->output[0] = '\0';
	scope_close(&t->m.fd[0]);
	read_all(t->m.fd[1], t->output, sizeof(t->output));
	read_all(t->m.fd[2], t->output, sizeof(t->output));
	msg_close(&t->m);
	if (receive(t, &c, e) == -1)
		return -1;
	*status = t->m.exited.signal != 0 ? 128 + t->m.exited.signal
					  : t->m.exited.status;
	return 0;
}

/* Did the check come to a result?  Init tells the monitor, whose part we play,
 * and tells nothing when the check failed. */
static bool
was_checked(struct trial *t, int lifeline)
{
	struct chan c = { lifeline, MONITOR, INIT };
	struct pollfd p = { .fd = lifeline, .events = POLLIN };
	struct err e;

	while (poll(&p, 1, CHECKED_MS) == 1 && receive(t, &c, &e) == 0) {
		if (t->m.type == MSG_CHECKED)
			return true;
	}
	return false;
}

/* Run the check in a sandbox in which no student has done anything yet. */
static int
try_check(struct trial *t, const struct trial_lab *lab, int lifeline, int link,
    struct err *e)
{
	uint32_t status;
	bool is_good;

	if (run(t, link, 2, "lab check", &status, e) == -1)
		return err_wrap(e, "check");
	is_good = was_checked(t, lifeline);
	say(is_good ? stdout : stderr, lab, "check: ", t->output);
	if (!is_good)
		return err_set(e, 0,
		    "check did not end with a result: its output is above");
	if (t->m.checked.points == t->m.checked.most)
		say(stderr, lab, "warning: ",
		    "a fresh sandbox has all points already: does check look"
		    " at what students do?");
	return 0;
}

/* A student's first command, and the check. */
static int
try_inside(struct trial *t, const struct trial_lab *lab, int lifeline,
    struct err *e)
{
	CLOSES int link = introduce(t, lifeline, e);
	uint32_t status;

	if (link == -1)
		return -1;
	if (run(t, link, 1, "true", &status, e) == -1)
		return err_wrap(e, "the student's shell");
	if (status != 0) {
		say(stderr, lab, "shell: ", t->output);
		return err_set(e, 0,
		    "the student's shell cannot run a command: status %" PRIu32,
		    status);
	}
	if (run(t, link, 3, labnotes_command(lab->is_debug), &status, e) == 0 &&
	    status == 0)
		say(stdout, lab, "note: ", t->output);
	return lab->has_check ? try_check(t, lab, lifeline, link, e) : 0;
}

static int
try_one(struct trial *t, const struct trial_lab *lab, struct err *e)
{
	int64_t since = clock_ms();
	CLOSES int lifeline = build(t, lab, e);
	int64_t took = clock_ms() - since;
	int rc;

	if (lifeline == -1)
		return -1;
	rc = try_inside(t, lab, lifeline, e);
	demolish(t);
	if (rc == 0)
		printf("%s: ok: a sandbox starts in %" PRId64 " ms%s%s\n",
		    lab->file, took, lab->has_setup ? ", setup included" : "",
		    lab->has_check ? ", and check runs" : "; it has no check");
	return rc;
}

int
labtrial(const char *config, const char *loader, const char *libexec_dir,
    const struct trial_lab *labs, size_t count, struct err *e)
{
	FREES struct trial *t = calloc(1, sizeof(*t));
	CLOSES int ours = -1;
	int ends[2], failed = 0;
	pid_t pid;

	if (t == NULL)
		return err_set(e, ENOMEM, "a trial");
	if (chan_pair(ends, e) == -1)
		return -1; /* cppcheck-suppress memleak ; FREES */
	ours = ends[0];
	pid = child_start(exec_builder,
	    &(struct builder_run){ config, loader, libexec_dir }, &ends[1], 1);
	close(ends[1]);
	if (pid == -1)
		/* cppcheck-suppress memleak ; FREES */
		return err_set(e, errno, "fork");
	t->builder = (struct chan){ ours, MONITOR, BUILDER };
	if (load(t, e) == -1)
		failed = -1;
	for (size_t i = 0; failed != -1 && i < count; i++) {
		if (try_one(t, &labs[i], e) == -1) {
			say(stderr, &labs[i], "", e->text);
			failed++;
		}
	}
	scope_close(&ours);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	return failed;
}
