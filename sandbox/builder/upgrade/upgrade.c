/* upgrade.c - the builder that is installed now takes over. */
#include "sandbox/builder/upgrade/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/forked.h"
#include "sandbox/builder/upgrade/save.h"

#define TRIAL_MS 10000 /* for what a trial may take */

static void
program_path(const struct builder *b, char path[PATH_SIZE + 16])
{
	snprintf(path, PATH_SIZE + 16, "%s/atoll-builder",
	    b->table->site.libexec_dir);
}

/* --- trials ------------------------------------------------------------- */

/* Its standard error, up to its end or for TRIAL_MS; then it is killed. */
static int
wait_for_trial(pid_t pid, int in, char *text, size_t size)
{
	int64_t until = clock_ms() + TRIAL_MS;
	struct pollfd p = { .fd = in, .events = POLLIN };
	size_t used = 0;
	int status = 1;

	for (;;) {
		int64_t left = until - clock_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			break;
		n = read(in, text + used, size - 1 - used);
		if (n <= 0 || (used += (size_t)n) == size - 1)
			break;
	}
	text[used] = '\0';
	if (clock_ms() >= until)
		snprintf(text, size, "it took too long");
	kill(pid, SIGKILL); /* nothing, to one that has ended */
	waitpid(pid, &status, 0);
	return status;
}

/* The first line says why. */
static int
judge(const char *what, int status, char *text, struct err *e)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return err_set(e, 0, "%s: %s", what,
	    text[0] == '\0' ? "it failed without a word" : text);
}

static _Noreturn void
exec_trial(const char *const *argv, int directory, int out)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (dup2(null, STDOUT_FILENO) == -1 || dup2(out, STDERR_FILENO) == -1 ||
	    fchdir(directory) == -1)
		_exit(126);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Run a program to its end, with whatever descriptors are kept open; what it
 * says of a failure is in e. */
static int
try_program(const char *what, const char *const *argv, int directory,
    struct err *e)
{
	char text[ERR_TEXT_SIZE];
	CLOSES int in = -1;
	int ends[2], status;
	pid_t builder = getpid(), pid;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	in = ends[0];
	pid = fork();
	if (pid == 0) {
		forked_dies_with(builder);
		exec_trial(argv, directory, ends[1]);
	}
	close(ends[1]);
	if (pid == -1)
		return err_set(e, errno, "fork");
	status = wait_for_trial(pid, in, text, sizeof(text));
	return judge(what, status, text, e);
}

/* The configuration is read anew when the next builder is there: by then it must
 * be one that can be. */
static int
try_loader(const struct builder *b, struct err *e)
{
	const char *const argv[] = { b->loader_program, "-c", b->config, "-t",
		NULL };

	return try_program("the configuration", argv, b->start_dir, e);
}

static int
try_builder(struct builder *b, struct err *e)
{
	char path[PATH_SIZE + 16], number[12];
	const char *const argv[] = { path, "-c", b->config, "-l",
		b->loader_program, "-u", number, "-R", NULL };
	CLOSES int state = save_state(b, e);

	if (state == -1)
		return -1;
	program_path(b, path);
	snprintf(number, sizeof(number), "%d", state);
	return try_program("the installed atoll-builder", argv, b->start_dir,
	    e);
}

static void
answer(struct builder *b, uint32_t serial, enum upgrade_answer how,
    const char *reason)
{
	struct msg m;

	MSG_NEW(&m, UPGRADE_ANSWER, upgrade_answer);
	m.serial = serial;
	m.upgrade_answer.answer = how;
	text_copy(m.upgrade_answer.reason, TEXT_SIZE, reason);
	tell_monitor(b, &m);
}

/* What was kept open for a trial is nobody else's. */
static void
close_on_exec(void)
{
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

void
upgrade_prepare(struct builder *b, uint32_t serial)
{
	const char *why = save_obstacle(b);
	struct err e;
	int rc;

	if (why != NULL) {
		answer(b, serial, UPGRADE_BUSY, why);
		return;
	}
	if (b->table == NULL) {
		answer(b, serial, UPGRADE_REFUSED,
		    "no configuration is in force");
		return;
	}
	rc = try_loader(b, &e) == -1 || try_builder(b, &e) == -1 ? -1 : 0;
	close_on_exec();
	answer(b, serial, rc == 0 ? UPGRADE_READY : UPGRADE_REFUSED,
	    rc == 0 ? "" : e.text);
}

/* --- the exec ----------------------------------------------------------- */

void
upgrade_begin(struct builder *b)
{
	b->is_upgrading = true;
}

/* After it there is no way back: what can fail was tried. */
static void
take_over(struct builder *b, struct err *e)
{
	char path[PATH_SIZE + 16], number[12];
	CLOSES int state = save_state(b, e);

	if (state == -1)
		return;
	program_path(b, path);
	snprintf(number, sizeof(number), "%d", state);
	execl(path, "atoll-builder", "-c", b->config, "-l", b->loader_program,
	    "-u", number, (char *)NULL);
	err_set(e, errno, "exec %s", path);
}

void
upgrade_try(struct builder *b)
{
	struct err e;

	if (!b->is_upgrading || save_obstacle(b) != NULL)
		return;
	log_info(NULL, "upgrading sandboxes=%zu", b->sandboxes.count);
	take_over(b, &e);
	close_on_exec();
	log_error(NULL, "cannot upgrade, and go on as before: %s", e.text);
	b->is_upgrading = false;
	chan_hello(&b->monitor, &e);
}
