/*
 * child.c - from init's fork to the student's program.
 *
 * The order matters: what needs root comes before the ids change, and the
 * ambient capabilities after it, since changing the ids clears them.
 */
#include "sandbox/init/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/child.h"
#include "gateway/base/err.h"
#include "gateway/base/scope.h"
#include "gateway/base/small_libc.h"
#include "gateway/base/steps.h"
#include "gateway/base/tools.h"
#include "sandbox/init/environment.h"

/* The student's processes go before init when memory runs out. */
#define OOM_SCORE_ADJ "100"

#define UNASKED_NICE 19

#define REPORT_FD CHILD_FD
#define STDIO_FD  (CHILD_FD + 1)

/* What is to be executed. */
struct program {
	const char *file; /* searched in PATH when it has no slash */
	const char *argv[STRINGS_MAX + 1];
	char argv0[NAME_SIZE]; /* "-bash" */
};

static void
default_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A new session, on the terminal if there is one, with 0, 1 and 2 in place. */
static int
take_stdio(bool pty, struct err *e)
{
	const int at = STDIO_FD;

	if (setsid() == -1)
		return err_set(e, errno, "setsid");
	if (pty && ioctl(at, TIOCSCTTY, 0) == -1)
		return err_set(e, errno, "controlling terminal");
	if (child_stdio(at, pty ? at : at + 1, pty ? at : at + 2) == -1)
		return err_set(e, errno, "dup2");
	return 0;
}

static void
offer_to_oom_killer(void)
{
	CLOSES int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/* Without it the kernel still picks the largest process. */
	if (fd != -1 &&
	    write(fd, OOM_SCORE_ADJ, sizeof(OOM_SCORE_ADJ) - 1) == -1)
		return;
}

/* Keep exactly these capabilities across the exec, see capabilities(7). */
static int
keep_capabilities(uint64_t caps, struct err *e)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		uint32_t half = (uint32_t)(caps >> (32 * i));

		data[i] = (struct __user_cap_data_struct){ half, half, half };
	}
	if (syscall(SYS_capset, &head, data) == -1)
		return err_set(e, errno, "capset");
	for (unsigned long c = 0; c < 64; c++) {
		if ((caps >> c & 1) == 0)
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) == -1)
			return err_set(e, errno, "capability %lu", c);
	}
	return 0;
}

/* Root of the sandbox keeps what the bounding set leaves: no call needed. */
static int
become(const struct msg_init_plan *plan, struct err *e)
{
	gid_t groups[IDS_MAX];

	for (uint32_t i = 0; i < plan->groups.count; i++)
		groups[i] = plan->groups.id[i];
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1)
		return err_set(e, errno, "keep capabilities");
	if (setgroups(plan->groups.count, groups) == -1 ||
	    setresgid(plan->gid, plan->gid, plan->gid) == -1 ||
	    setresuid(plan->uid, plan->uid, plan->uid) == -1)
		return err_set(e, errno, "become user %u", plan->uid);
	if (plan->uid == 0)
		return 0;
	return keep_capabilities(plan->capabilities, e);
}

static int
limit_files(const struct msg_init_plan *plan, struct err *e)
{
	const struct rlimit files = { plan->open_files, plan->open_files };

	if (setrlimit(RLIMIT_NOFILE, &files) == -1)
		return err_set(e, errno, "open files %u", plan->open_files);
	return 0;
}

static int
set_ulimits(const struct numbers *u, struct err *e)
{
	for (uint32_t i = 0; i + 2 < u->count; i += 3) {
		const struct rlimit r = { u->at[i + 1], u->at[i + 2] };

		if (setrlimit((int)u->at[i], &r) == -1)
			return err_set(e, errno, "ulimit %llu",
			    (unsigned long long)u->at[i]);
	}
	return 0;
}

/* Of what it execs, and all of theirs. */
static int
keep_addresses_still(const struct msg_init_plan *plan, struct err *e)
{
	if (plan->aslr == 0 && personality(ADDR_NO_RANDOMIZE) == -1)
		return err_set(e, errno, "addresses that are not random");
	return 0;
}

/* A lab's workdir may be gone, or never have been there: at -t its instructor
 * was warned, and a student is better off at home than outside. */
static int
go_to_work(const struct msg_init_plan *plan, struct err *e)
{
	if (plan->workdir[0] != '\0' && chdir(plan->workdir) == 0)
		return 0;
	if (chdir(plan->home) == -1 && chdir("/") == -1)
		return err_set(e, errno, "chdir /");
	return 0;
}

/* --- which program ------------------------------------------------------ */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void
take_words(struct program *p, const struct strings *words)
{
	size_t n = 0;

	for (const char *s = strings_next(words, NULL); s != NULL;
	     s = strings_next(words, s))
		p->argv[n++] = s;
	p->file = p->argv[0];
}

/* The lab's command; without one the user's shell, as login(1) starts it. */
static void
choose_shell(struct program *p, const struct msg_init_plan *plan)
{
	if (plan->command.count == 0) {
		p->argv0[0] = '-';
		text_copy(p->argv0 + 1, sizeof(p->argv0) - 1,
		    base_name(plan->shell));
		p->file = plan->shell;
		p->argv[0] = p->argv0;
		return;
	}
	take_words(p, &plan->command);
}

static int
choose_sftp(struct program *p, struct err *e)
{
	size_t n = COUNT_OF(sftp_servers);

	for (size_t i = 0; i < n; i++) {
		if (access(sftp_servers[i], X_OK) == -1)
			continue;
		p->file = p->argv[0] = sftp_servers[i];
		return 0;
	}
	if (access(TOOLS_LIB "/sftp-server", X_OK) == -1)
		return err_set(e, 0,
		    "this lab has no sftp-server: ask your instructor to"
		    " install openssh-sftp-server in its image");
	/* By its own loader, since the image may have another or none. */
	p->file = p->argv[0] = TOOLS_LIB "/ld.so";
	p->argv[1] = "--library-path";
	p->argv[2] = TOOLS_LIB;
	p->argv[3] = TOOLS_LIB "/sftp-server";
	return 0;
}

static int
choose(struct program *p, const struct msg_init_plan *plan,
    const struct msg_spawn *ask, struct err *e)
{
	switch ((enum spawn_kind)ask->kind) {
	case SPAWN_SHELL:
		choose_shell(p, plan);
		return 0;
	case SPAWN_EXEC:
		p->file = plan->shell;
		p->argv[0] = base_name(plan->shell);
		p->argv[1] = "-c";
		p->argv[2] = ask->command;
		return 0;
	case SPAWN_SFTP:
		return choose_sftp(p, e);
	case SPAWN_KINDS:
		break;
	}
	return err_set(e, EINVAL, "kind of command");
}

/* --- in order ----------------------------------------------------------- */

static int
prepare(const struct msg_init_plan *plan, const struct msg_spawn *ask,
    struct err *e)
{
	default_signals();
	if (take_stdio(ask->pty, e) == -1)
		return -1;
	offer_to_oom_killer();
	/* ulimits last: a change of ids fails where nproc is reached. */
	if (limit_files(plan, e) == -1 || become(plan, e) == -1 ||
	    keep_addresses_still(plan, e) == -1 ||
	    set_ulimits(&plan->ulimits, e) == -1)
		return -1;
	return go_to_work(plan, e);
}

static int
make_environment(struct environment *env, const struct msg_init_plan *plan,
    const struct msg_spawn *ask, const char *agent, struct err *e)
{
	char tty[64] = "";
	CLOSES int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct environment_place at = { agent, tty, root };

	if (root == -1)
		return err_set(e, errno, "root directory");
	/* It tells nothing where there is no /proc or /dev/pts: no SSH_TTY. */
	if (ask->pty && ttyname_r(STDIN_FILENO, tty, sizeof(tty)) != 0)
		tty[0] = '\0';
	return environment_make(env, plan, ask, &at, e);
}

/* What the kernel does not know is a script that names no interpreter: that runs it
 * as shells do.  glibc's execvp(3) would; musl's does not. */
static void
execute(const struct program *p)
{
	const char *argv[STRINGS_MAX + 5] = { "sh", "-c", "exec \"$0\" \"$@\"",
		p->file };

	execvp(p->file, (char *const *)(uintptr_t)p->argv);
	if (errno != ENOEXEC)
		return;
	for (size_t i = 1; p->argv[0] != NULL && p->argv[i] != NULL; i++)
		argv[3 + i] = p->argv[i];
	execve("/bin/sh", (char *const *)(uintptr_t)argv, environ);
}

int
child_run(const void *child_plan)
{
	const struct child_plan *c = child_plan;
	struct environment env = { 0 };
	struct program p = { 0 };
	struct err e = { 0 };

	if (prepare(c->plan, c->ask, &e) == 0 &&
	    choose(&p, c->plan, c->ask, &e) == 0 &&
	    make_environment(&env, c->plan, c->ask, c->agent, &e) == 0) {
		if (access(TOOLS_BIN, X_OK) == 0)
			environment_extend_path(&env, TOOLS_BIN);
		close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
		/* PATH is the one that the program will have. */
		environ = env.list;
		execute(&p);
		err_set(&e, errno, "%s", p.file);
	}
	if (write(REPORT_FD, e.text, strlen(e.text)) == -1)
		return 126;
	return 127;
}

/* Of its sandbox's share it takes what the student leaves; where that cannot be
 * set, it runs as others do. */
static void
be_gentle(void)
{
	const struct sched_param none = { 0 };

	setpriority(PRIO_PROCESS, 0, UNASKED_NICE);
	sched_setscheduler(0, SCHED_IDLE, &none);
}

static int
prepare_program(const struct msg_init_plan *plan, struct err *e)
{
	default_signals();
	umask(022);
	if (setsid() == -1)
		return err_set(e, errno, "setsid");
	if (child_stdio(CHILD_SAME, CHILD_FD, CHILD_FD) == -1)
		return err_set(e, errno, "dup2");
	if (chdir("/") == -1)
		return err_set(e, errno, "chdir /");
	return limit_files(plan, e);
}

int
child_run_program(const void *child_plan)
{
	const struct child_plan *c = child_plan;
	const char *name = c->run->file;
	struct environment env = { 0 };
	char file[sizeof(PROGRAMS_TARGET) + STEP_FILE_SIZE];
	char *argv[] = { file, NULL };
	struct err e = { 0 };

	snprintf(file, sizeof(file), PROGRAMS_TARGET "/%s", name);
	if (prepare_program(c->plan, &e) == 0 &&
	    environment_make_for_lab(&env, c->plan, c->run->step, &e) == 0) {
		if (c->run->is_unasked)
			be_gentle();
		execve(file, argv, env.list);
		if (errno == ENOENT)
			err_set(&e, 0, "%s: this image lacks its interpreter",
			    name);
		else if (errno == ENOEXEC)
			err_set(&e, 0,
			    "%s: neither a program nor a script that begins"
			    " with a line such as #!/bin/sh",
			    name);
		else
			err_set(&e, errno, "%s", name);
	}
	dprintf(STDERR_FILENO, "%s\n", e.text);
	return 127;
}

static int
prepare_service(const struct msg_init_plan *plan, struct err *e)
{
	default_signals();
	umask(022);
	if (setsid() == -1)
		return err_set(e, errno, "setsid");
	if (child_stdio(CHILD_NULL, CHILD_NULL, CHILD_NULL) == -1)
		return err_set(e, errno, "/dev/null");
	if (chdir("/") == -1)
		return err_set(e, errno, "chdir /");
	offer_to_oom_killer();
	return limit_files(plan, e);
}

int
child_run_service(const void *child_plan)
{
	const struct child_plan *c = child_plan;
	struct environment env = { 0 };
	struct program p = { 0 };
	struct err e = { 0 };

	if (prepare_service(c->plan, &e) == 0 &&
	    environment_make_for_service(&env, c->plan, &e) == 0) {
		take_words(&p, &c->plan->service);
		close_range(CHILD_FD, ~0U, CLOSE_RANGE_CLOEXEC);
		environ = env.list;
		execute(&p);
		err_set(&e, errno, "%s", p.file);
	}
	if (write(CHILD_FD, e.text, strlen(e.text)) == -1)
		return 126;
	return 127;
}
