/*
 * driver.c - atoll-builder and atoll-init between a played monitor, a played
 * loader and a played session.
 *
 * The two programs and the sandboxes are real; the image is busybox.  The
 * builder runs this program as its loader ("-c FILE -L 3"): FILE's one word
 * says which plans it tells.  "driver bench" prints timings instead of testing.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "gateway/shared/chan.h"
#include "gateway/shared/scope.h"

#define PATIENCE_S 20

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "driver: %s: %s\n", what, strerror(errno));
	_exit(99);
}

/* --- the loader --------------------------------------------------------- */

static void
say(const struct chan *c, struct msg *m)
{
	struct err e;

	if (chan_send(c, m, &e) == -1) {
		fprintf(stderr, "driver: %s\n", e.text);
		_exit(99);
	}
	msg_close(m);
}

static void
tell_site(const struct chan *c, struct msg *m, const char *dir)
{
	char build[PATH_MAX];

	if (realpath(getenv("ATOLL_BUILD"), build) == NULL)
		die("ATOLL_BUILD");
	MSG_NEW(m, SITE_PLAN, site_plan);
	snprintf(m->site_plan.run_dir, PATH_SIZE, "%s/run", dir);
	snprintf(m->site_plan.state_dir, PATH_SIZE, "%s/state", dir);
	text_copy(m->site_plan.libexec_dir, PATH_SIZE, build);
	m->site_plan.session_uid = m->site_plan.session_gid = 65534;
	m->site_plan.sandboxes_max = 400;
	say(c, m);
}

/* Every lab is this one, but for what a row of lab_rows[] changes. */
static void
begin_lab(struct msg *m, const char *dir, const char *lab)
{
	MSG_NEW(m, LAB_PLAN, lab_plan);
	snprintf(m->lab_plan.lab, NAME_SIZE, "%s", lab);
	snprintf(m->lab_plan.rootfs, PATH_SIZE, "%s/rootfs", dir);
	strcpy(m->lab_plan.hostname, "islet");
	m->lab_plan.memory = 64 << 20;
	m->lab_plan.cpu_percent = 100;
	m->lab_plan.pids = 32;
	m->lab_plan.disk = 8 << 20;
	m->lab_plan.inodes = 1000;
	m->lab_plan.open_files = 256;
	m->lab_plan.uid = m->lab_plan.gid = 1000;
	strcpy(m->lab_plan.user, "student");
	strcpy(m->lab_plan.home, "/home/student");
	strcpy(m->lab_plan.shell, "/bin/sh");
	strings_add(&m->lab_plan.environment, "COURSE=web101");
}

static void
as_root(struct msg_lab_plan *lab)
{
	lab->uid = lab->gid = 0;
	strcpy(lab->user, "root");
	strcpy(lab->home, "/root");
}

static void
without_shell(struct msg_lab_plan *lab)
{
	strcpy(lab->shell, "/bin/zsh");
}

static void
without_rootfs(struct msg_lab_plan *lab)
{
	strcat(lab->rootfs, "/nowhere");
}

static void
with_raw_sockets(struct msg_lab_plan *lab)
{
	lab->capabilities = 1 << 13; /* CAP_NET_RAW */
}

static void
with_odd_file(struct msg_lab_plan *lab)
{
	(void)lab;
}

static const struct {
	const char *word, *lab;
	void (*change)(struct msg_lab_plan *lab);
} lab_rows[] = {
	{ "good", "plain", NULL },
	{ "good", "root", as_root },
	{ "good", "noshell", without_shell },
	{ "good", "raw", with_raw_sockets },
	{ "good", "mounts", NULL },
	{ "good", "badtarget", with_odd_file },
	{ "broken", "norootfs", without_rootfs },
};

static void
tell_mount(const struct chan *c, struct msg *m, const char *dir,
    const char *source, const char *target, bool writable)
{
	MSG_NEW(m, LAB_MOUNT, lab_mount);
	snprintf(m->lab_mount.source, PATH_SIZE, "%s/%s", dir, source);
	snprintf(m->lab_mount.target, PATH_SIZE, "%s", target);
	m->lab_mount.writable = writable;
	m->lab_mount.mapped = 1;
	say(c, m);
}

static void
tell_mounts(const struct chan *c, struct msg *m, const char *dir,
    const char *lab)
{
	if (strcmp(lab, "mounts") == 0) {
		tell_mount(c, m, dir, "exercises", "/exercises", false);
		tell_mount(c, m, dir, "hand-in", "/srv/hand/in", true);
		tell_mount(c, m, dir, "exercises/one", "/srv/single", false);
	}
	/* A link in the image, to a directory. */
	if (strcmp(lab, "badtarget") == 0)
		tell_mount(c, m, dir, "exercises", "/link/x", false);
}

static int
play_loader(const char *file)
{
	struct chan c = { 3, LOADER, BUILDER };
	FREES struct msg *m = malloc(sizeof(*m));
	FILE *f = fopen(file, "re");
	char dir[512], word[16], *slash;
	struct err e;
	uint32_t count = 0;

	snprintf(dir, sizeof(dir), "%s", file);
	slash = strrchr(dir, '/');
	if (m == NULL || f == NULL || fscanf(f, "%15s", word) != 1 ||
	    slash == NULL || chan_hello(&c, &e) == -1)
		die(file);
	fclose(f);
	*slash = '\0';
	if (strcmp(word, "refused") == 0) {
		MSG_NEW(m, LOAD_ERROR, load_error);
		strcpy(m->load_error.reason, "atoll.conf:2: port = 70000");
		say(&c, m);
		return 1;
	}
	if (strcmp(word, "silent") == 0)
		return 1;
	tell_site(&c, m, dir);
	for (size_t i = 0; i < sizeof(lab_rows) / sizeof(lab_rows[0]); i++) {
		if (strcmp(lab_rows[i].word, word) != 0)
			continue;
		begin_lab(m, dir, lab_rows[i].lab);
		if (lab_rows[i].change != NULL)
			lab_rows[i].change(&m->lab_plan);
		say(&c, m);
		tell_mounts(&c, m, dir, lab_rows[i].lab);
		count++;
	}
	MSG_NEW(m, LOAD_END, load_end);
	m->load_end.labs = count;
	m->fd[0] = memfd_create("config", MFD_CLOEXEC);
	say(&c, m);
	return 0;
}

/* --- the monitor -------------------------------------------------------- */

struct fixture {
	char dir[64]; /* rootfs, run, and what the lab mounts */
	pid_t builder;
	struct chan chan; /* to the builder */
	uint32_t sandbox; /* last number given */
	struct msg in, out;
};

/* One for all tests: a builder is started once, as in life. */
static struct fixture *
the(void **state)
{
	return *state;
}

static void
shell(const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (system(line) != 0)
		die(line);
}

static void
make_image(const char *dir)
{
	shell("cd %s && mkdir -p rootfs run state exercises hand-in && "
	      "chmod 755 . && chmod 777 hand-in && echo 1 >exercises/one && "
	      "cd rootfs && mkdir -p bin dev proc sys etc root tmp usr/lib "
	      "full/of/files home/student && chmod 1777 tmp && "
	      "ln -s /usr link && ln -s /tmp/x etc/resolv.conf && "
	      "chown 1000:1000 home/student && cp /bin/busybox bin/ && "
	      "bin/busybox --install -s bin && rm -f bin/mount.real && "
	      "echo root:x:0:0::/root:/bin/sh >etc/passwd && "
	      "echo student:x:1000:1000::/home/student:/bin/sh >>etc/passwd && "
	      "for l in bin/*; do test -L $l && ln -sfn busybox $l; done; "
	      "true",
	    dir);
}

static void
start_builder(struct fixture *f, const char *word)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	char config[96], self[PATH_SIZE], program[PATH_SIZE + 16];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct err e;
	int ends[2];

	if (n == -1 || chan_pair(ends, &e) == -1)
		die("start");
	self[n] = '\0';
	snprintf(config, sizeof(config), "%s/config", f->dir);
	snprintf(program, sizeof(program), "%s/atoll-builder",
	    getenv("ATOLL_BUILD"));
	shell("echo %s >%s", word, config);
	f->builder = fork();
	if (f->builder == 0) {
		if (dup2(ends[1], 3) == -1)
			die("dup2");
		if (ends[1] == 3)
			fcntl(3, F_SETFD, 0);
		execl(program, program, "-c", config, "-d", self, NULL);
		die(program);
	}
	close(ends[1]);
	f->chan = (struct chan){ ends[0], MONITOR, BUILDER };
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (chan_hello(&f->chan, &e) == -1)
		die("hello");
}

/* The next message, which must come. */
static enum msg_type
next(struct fixture *f)
{
	struct err e = { 0 };
	enum chan_got got = chan_recv(&f->chan, &f->in, &e);

	if (got != CHAN_MESSAGE)
		fprintf(stderr, "driver: no message (%d) %s\n", (int)got,
		    e.text);
	assert_int_equal(got, CHAN_MESSAGE);
	return f->in.type;
}

static enum msg_type
load(struct fixture *f, const char *word)
{
	enum msg_type type;

	shell("echo %s >%s/config", word, f->dir);
	MSG_NEW(&f->out, LOAD, load);
	f->out.load.serial = 7;
	say(&f->chan, &f->out);
	type = next(f);
	if (type == MSG_HELLO)
		type = next(f);
	if (type == MSG_LOADED)
		msg_close(&f->in);
	return type;
}

static uint32_t
ask_build_for(struct fixture *f, const char *account, const char *lab)
{
	MSG_NEW(&f->out, BUILD, build);
	f->out.build.sandbox = ++f->sandbox;
	snprintf(f->out.build.account, NAME_SIZE, "%s", account);
	snprintf(f->out.build.lab, NAME_SIZE, "%s", lab);
	say(&f->chan, &f->out);
	return f->sandbox;
}

static uint32_t
ask_build(struct fixture *f, const char *lab)
{
	return ask_build_for(f, "alice", lab);
}

/* A sandbox of the lab, by its link, non-blocking closes and all. */
static int
build(struct fixture *f, const char *lab)
{
	ask_build(f, lab);
	if (next(f) == MSG_BUILD_FAILED)
		fprintf(stderr, "driver: %s\n", f->in.build_failed.reason);
	assert_int_equal(f->in.type, MSG_BUILT);
	assert_int_equal(f->in.built.sandbox, f->sandbox);
	return take_fd(&f->in.fd[0]);
}

static void
ask_demolish(struct fixture *f, uint32_t sandbox)
{
	MSG_NEW(&f->out, DEMOLISH, demolish);
	f->out.demolish.sandbox = sandbox;
	say(&f->chan, &f->out);
}

/* Skips LIMIT_HIT, which a test may have left unread. */
static void
demolish(struct fixture *f, uint32_t sandbox)
{
	ask_demolish(f, sandbox);
	while (next(f) == MSG_LIMIT_HIT)
		continue;
	assert_int_equal(f->in.type, MSG_ENDED);
	assert_int_equal(f->in.ended.sandbox, sandbox);
}

/* --- the session -------------------------------------------------------- */

/* A link of a session to the init behind that lifeline. */
static struct chan
introduce(struct fixture *f, int init)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct chan to_init = { init, MONITOR, INIT };
	struct err e;
	int ends[2];

	assert_int_equal(chan_pair(ends, &e), 0);
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	MSG_NEW(&f->out, INTRODUCE, introduce);
	f->out.introduce.connection = 1;
	f->out.fd[0] = ends[1];
	say(&to_init, &f->out);
	return (struct chan){ ends[0], SESSION, INIT };
}

/* What a command printed, and how it ended. */
struct result {
	char text[16384];
	char reason[TEXT_SIZE]; /* of SPAWN_FAILED */
	uint32_t status, signal;
};

static void
ask_spawn(struct fixture *f, const struct chan *c, enum spawn_kind kind,
    bool pty, const char *command)
{
	MSG_NEW(&f->out, SPAWN, spawn);
	f->out.spawn.serial = 1;
	f->out.spawn.kind = kind;
	f->out.spawn.pty = pty;
	f->out.spawn.rows = 24;
	f->out.spawn.cols = 80;
	strings_add(&f->out.spawn.environment, "TERM=xterm");
	strings_add(&f->out.spawn.environment, "LD_PRELOAD=/tmp/evil.so");
	snprintf(f->out.spawn.command, COMMAND_SIZE, "%s", command);
	say(c, &f->out);
}

/* Read until the other end is closed; a pty says EIO then. */
static void
read_all(int fd, struct result *r)
{
	size_t used = strlen(r->text);
	ssize_t n;

	while ((n = read(fd, r->text + used, sizeof(r->text) - 1 - used)) > 0)
		used += (size_t)n;
	r->text[used] = '\0';
}

static void
await_exit(struct fixture *f, const struct chan *c, struct result *r)
{
	struct err e = { 0 };

	assert_int_equal(chan_recv(c, &f->in, &e), CHAN_MESSAGE);
	assert_int_equal(f->in.type, MSG_EXITED);
	r->status = f->in.exited.status;
	r->signal = f->in.exited.signal;
}

/* A command of the student's: its output, stderr after stdout. */
static struct result *
run(struct fixture *f, const struct chan *c, const char *command)
{
	static struct result r;
	struct err e = { 0 };
	int fd[3];

	r = (struct result){ 0 };
	ask_spawn(f, c, SPAWN_EXEC, false, command);
	assert_int_equal(chan_recv(c, &f->in, &e), CHAN_MESSAGE);
	if (f->in.type == MSG_SPAWN_FAILED) {
		strcpy(r.reason, f->in.spawn_failed.reason);
		return &r;
	}
	assert_int_equal(f->in.type, MSG_SPAWNED_PIPES);
	for (int i = 0; i < 3; i++)
		fd[i] = take_fd(&f->in.fd[i]);
	close(fd[0]);
	read_all(fd[1], &r);
	read_all(fd[2], &r);
	close(fd[1]);
	close(fd[2]);
	await_exit(f, c, &r);
	return &r;
}

/* Run one command in a fresh sandbox of a lab. */
static struct result *
run_in(struct fixture *f, const char *lab, const char *command)
{
	int init = build(f, lab);
	struct chan c = introduce(f, init);
	struct result *r = run(f, &c, command);

	close(c.fd);
	close(init); /* the lifeline: the sandbox ends */
	while (next(f) == MSG_LIMIT_HIT)
		continue;
	assert_int_equal(f->in.type, MSG_ENDED);
	return r;
}

/* --- tests: a sandbox --------------------------------------------------- */

static void
a_command_runs_as_the_student(void **state)
{
	struct result *r = run_in(the(state), "plain",
	    "id -u; id -g; hostname; pwd; echo $USER $HOME $COURSE; exit 3");

	assert_string_equal(r->text,
	    "1000\n1000\nislet\n/home/student\nstudent /home/student web101\n");
	assert_int_equal(r->status, 3);
}

static void
only_harmless_variables_are_let_through(void **state)
{
	struct result *r = run_in(the(state), "plain", "env");

	assert_null(strstr(r->text, "LD_PRELOAD"));
	assert_null(strstr(r->text, "TERM=")); /* there is no terminal */
	assert_non_null(strstr(r->text, "PATH=/usr/local/bin:/usr/bin:/bin"));
}

static void
a_shell_has_a_terminal_of_its_own(void **state)
{
	struct fixture *f = the(state);
	struct result r = { 0 };
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan c = introduce(f, init);
	int pty;

	ask_spawn(f, &c, SPAWN_SHELL, true, "");
	assert_int_equal(chan_recv(&c, &f->in, &e), CHAN_MESSAGE);
	assert_int_equal(f->in.type, MSG_SPAWNED_PTY);
	pty = take_fd(&f->in.fd[0]);
	dprintf(pty, "tty; stty size; echo $0 $TERM; exit\n");
	read_all(pty, &r);
	await_exit(f, &c, &r);
	assert_non_null(strstr(r.text, "/dev/pts/0"));
	assert_non_null(strstr(r.text, "24 80"));
	assert_non_null(strstr(r.text, "-sh xterm"));
	close(pty);
	close(c.fd);
	close(init);
	assert_int_equal(next(f), MSG_ENDED);
}

static void
a_missing_shell_is_named(void **state)
{
	struct result *r = run_in(the(state), "noshell", "true");

	assert_string_equal(r->reason, "/bin/zsh: No such file or directory");
}

static void
a_signal_reaches_the_whole_command(void **state)
{
	struct fixture *f = the(state);
	struct result r = { 0 };
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	ask_spawn(f, &c, SPAWN_EXEC, false, "sleep 100; true");
	assert_int_equal(chan_recv(&c, &f->in, &e), CHAN_MESSAGE);
	msg_close(&f->in);
	MSG_NEW(&f->out, SIGNAL, signal);
	f->out.signal.serial = 1;
	f->out.signal.number = SIGTERM;
	say(&c, &f->out);
	await_exit(f, &c, &r);
	assert_int_equal(r.signal, SIGTERM);
	close(c.fd);
	demolish(f, f->sandbox);
	close(init);
}

static void
a_lost_session_hangs_its_commands_up(void **state)
{
	struct fixture *f = the(state);
	struct err e = { 0 };
	int init = build(f, "plain");
	struct chan gone = introduce(f, init);
	struct chan c = introduce(f, init);
	struct result *r;

	ask_spawn(f, &gone, SPAWN_EXEC, false, "exec sleep 100");
	assert_int_equal(chan_recv(&gone, &f->in, &e), CHAN_MESSAGE);
	msg_close(&f->in);
	close(gone.fd);
	r = run(f, &c, "while pidof sleep; do :; done");
	assert_int_equal(r->status, 0);
	close(c.fd);
	demolish(f, f->sandbox);
	close(init);
}

static void
a_malformed_word_ends_that_link_only(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");
	struct chan bad = introduce(f, init);
	struct chan c = introduce(f, init);
	struct err e;

	assert_int_equal(send(bad.fd, "rubbish", 7, 0), 7);
	assert_int_equal(chan_recv(&bad, &f->in, &e), CHAN_CLOSED);
	assert_string_equal(run(f, &c, "echo on")->text, "on\n");
	close(bad.fd);
	close(c.fd);
	demolish(f, f->sandbox);
	close(init);
}

/* --- tests: what is inside ---------------------------------------------- */

static void
the_image_can_be_changed_and_stays_as_it_was(void **state)
{
	struct fixture *f = the(state);
	struct result *r = run_in(f, "root",
	    "rm -r /full && mv /home /house && touch /new && ls /");

	assert_int_equal(r->status, 0);
	assert_null(strstr(r->text, "full"));
	assert_non_null(strstr(r->text, "house"));
	r = run_in(f, "root", "ls /");
	assert_non_null(strstr(r->text, "full"));
	assert_null(strstr(r->text, "new"));
}

static void
generated_files_are_right(void **state)
{
	struct result *r = run_in(the(state), "plain",
	    "cat /etc/hostname; grep -c islet /etc/hosts; "
	    "stat -c %u:%a /etc/resolv.conf; test -e /etc/passwd; echo $?");

	assert_string_equal(r->text, "islet\n1\n0:644\n0\n");
}

static void
there_is_a_loopback_and_nothing_else(void **state)
{
	struct result *r = run_in(the(state), "plain",
	    "ls /sys/class/net; ip addr show lo | grep -c 127.0.0.1");

	assert_string_equal(r->text, "lo\n1\n");
}

static void
nothing_of_the_builder_is_left_open(void **state)
{
	/* 3 is the directory that ls reads. */
	struct result *r = run_in(the(state), "root",
	    "ls /proc/self/fd | tr '\\n' ' '; cat /proc/1/environ");

	assert_string_equal(r->text,
	    "0 1 2 3 cat: can't open '/proc/1/environ': Permission denied\n");
}

static void
what_is_given_up_is_gone(void **state)
{
	struct result *r = run_in(the(state), "root",
	    "cat /proc/sys/user/max_user_namespaces;"
	    "grep -E 'NoNewPrivs|CapBnd|CapEff|Seccomp:' /proc/self/status |"
	    "tr -d '\\n\\t';"
	    "echo; ulimit -n; ulimit -c; cat /proc/self/cgroup | grep -c "
	    "s[0-9];"
	    "echo 1 >/proc/sys/vm/drop_caches; wc -c </proc/interrupts;"
	    "mount -t tmpfs x /tmp; unshare -U true; mknod /tmp/n c 1 3");

	assert_non_null(strstr(r->text,
	    "0\nCapEff:00000000a00405fbCapBnd:00000000a00405fb"));
	assert_non_null(strstr(r->text, "NoNewPrivs:1Seccomp:2"));
	assert_non_null(strstr(r->text, "\n256\n0\n0\n0\n"));
	assert_non_null(strstr(r->text, "drop_caches: Read-only file system"));
	assert_non_null(strstr(r->text, "mount: permission denied"));
	assert_non_null(strstr(r->text, "unshare(0x10000000): Operation not"));
	assert_non_null(strstr(r->text, "mknod: /tmp/n: Operation not perm"));
}

static void
a_students_capabilities_are_the_labs(void **state)
{
	struct fixture *f = the(state);
	const char *command = "grep CapEff /proc/self/status";

	assert_non_null(
	    strstr(run_in(f, "plain", command)->text, "0000000000000000"));
	assert_non_null(
	    strstr(run_in(f, "raw", command)->text, "0000000000002000"));
}

static void
mounts_are_where_the_lab_says(void **state)
{
	struct fixture *f = the(state);
	struct result *r = run_in(f, "mounts",
	    "cat /exercises/one /srv/single; touch /exercises/x 2>&1;"
	    "touch /srv/hand/in/done; stat -c %u /srv/hand/in/done");
	char path[96];
	struct stat st;

	assert_string_equal(r->text,
	    "1\n1\ntouch: /exercises/x: Read-only file system\n1000\n");
	snprintf(path, sizeof(path), "%s/hand-in/done", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 1000);
}

static void
a_mount_through_a_link_is_refused(void **state)
{
	struct fixture *f = the(state);

	ask_build(f, "badtarget");
	assert_int_equal(next(f), MSG_BUILD_FAILED);
	assert_non_null(strstr(f->in.build_failed.reason, "mount /link/x"));
}

/* --- tests: limits ------------------------------------------------------ */

/* Run command and expect to be told of one limit. */
static void
expect_limit(struct fixture *f, const char *command, enum limit limit)
{
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	run(f, &c, command);
	assert_int_equal(next(f), MSG_LIMIT_HIT);
	assert_int_equal(f->in.limit_hit.sandbox, f->sandbox);
	assert_int_equal(f->in.limit_hit.limit, limit);
	/* The sandbox lives on. */
	assert_string_equal(run(f, &c, "echo alive")->text, "alive\n");
	close(c.fd);
	demolish(f, f->sandbox);
	close(init);
}

static void
a_memory_hog_dies_alone(void **state)
{
	expect_limit(the(state), "tail /dev/zero", LIMIT_MEMORY);
}

static void
a_fork_bomb_meets_its_limit(void **state)
{
	expect_limit(the(state),
	    "(for i in $(seq 100); do sleep 5 & done); sleep 1; killall sleep",
	    LIMIT_PIDS);
}

static void
a_full_disk_is_told(void **state)
{
	expect_limit(the(state),
	    "cat /dev/zero >/tmp/big; sleep 1; rm /tmp/big", LIMIT_DISK);
}

static void
used_up_inodes_are_told(void **state)
{
	expect_limit(the(state),
	    "cd /tmp; for i in $(seq 1100); do : >$i || break; done; sleep 1;"
	    "rm -f *",
	    LIMIT_INODES);
}

static void
terminals_are_limited(void **state)
{
	struct result *r = run_in(the(state), "plain",
	    "for i in $(seq 10 60); do eval \"exec $i<>/dev/ptmx\"; done");

	assert_non_null(strstr(r->text, "/dev/ptmx: No space left"));
}

static void
usage_is_told(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	run(f, &c, "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done");
	MSG_NEW(&f->out, USAGE_GET, usage_get);
	f->out.usage_get.serial = 5;
	say(&f->chan, &f->out);
	assert_int_equal(next(f), MSG_USAGE);
	assert_int_equal(f->in.usage.sandbox, f->sandbox);
	assert_int_equal(f->in.usage.pids, 1);
	assert_true(f->in.usage.memory > 0);
	assert_int_equal(next(f), MSG_USAGE_END);
	demolish(f, f->sandbox);
	assert_true(f->in.ended.cpu_us > 10000);
	assert_true(f->in.ended.memory_peak > 0);
	close(c.fd);
	close(init);
}

/* --- tests: life and death ---------------------------------------------- */

static void
a_broken_load_changes_nothing(void **state)
{
	struct fixture *f = the(state);

	assert_int_equal(load(f, "broken"), MSG_LOAD_FAILED);
	assert_non_null(
	    strstr(f->in.load_failed.reason, "lab norootfs: rootfs"));
	assert_int_equal(next(f), MSG_LOAD_FAILED);
	assert_int_equal(f->in.load_failed.more, 0);
	assert_int_equal(load(f, "refused"), MSG_LOAD_FAILED);
	assert_string_equal(f->in.load_failed.reason,
	    "atoll.conf:2: port = 70000");
	assert_int_equal(next(f), MSG_LOAD_FAILED);
	assert_int_equal(load(f, "silent"), MSG_LOAD_FAILED);
	assert_int_equal(next(f), MSG_LOAD_FAILED);
	assert_string_equal(run_in(f, "plain", "echo on")->text, "on\n");
}

static void
a_sandbox_outlives_a_reload(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");
	struct chan c = introduce(f, init);

	assert_int_equal(load(f, "good"), MSG_LOADED);
	assert_string_equal(run(f, &c, "echo on")->text, "on\n");
	demolish(f, f->sandbox);
	close(c.fd);
	close(init);
}

static void
an_unknown_lab_is_refused(void **state)
{
	struct fixture *f = the(state);

	ask_build(f, "nosuchlab");
	assert_int_equal(next(f), MSG_BUILD_FAILED);
	assert_string_equal(f->in.build_failed.reason, "there is no such lab");
	ask_demolish(f, 4711); /* ignored */
}

static void
a_seat_without_an_account_is_refused(void **state)
{
	struct fixture *f = the(state);

	ask_build_for(f, "", "plain");
	assert_int_equal(next(f), MSG_BUILD_FAILED);
	assert_string_equal(f->in.build_failed.reason,
	    "the seat has no account");
}

static void
a_build_can_be_demolished_halfway(void **state)
{
	struct fixture *f = the(state);

	for (int i = 0; i < 20; i++) {
		demolish(f, ask_build(f, "plain"));
		if (f->in.type == MSG_BUILT)
			msg_close(&f->in);
	}
}

static void
two_sandboxes_have_different_ids(void **state)
{
	struct fixture *f = the(state);
	int one = build(f, "plain");
	struct chan c1 = introduce(f, one);
	uint32_t first = f->sandbox;
	int two = build(f, "plain");
	struct chan c2 = introduce(f, two);
	char map[128];

	strcpy(map, run(f, &c1, "cat /proc/self/uid_map")->text);
	assert_string_not_equal(map,
	    run(f, &c2, "cat /proc/self/uid_map")->text);
	demolish(f, first);
	demolish(f, f->sandbox);
	close(c1.fd);
	close(c2.fd);
	close(one);
	close(two);
}

/* How many groups of our builder's sandboxes there are. */
static int
count_groups(const struct fixture *f)
{
	char run_dir[96], line[160];
	uint32_t hash = 2166136261U;
	FILE *p;
	int n = -1;

	snprintf(run_dir, sizeof(run_dir), "%s/run", f->dir);
	for (const char *c = run_dir; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	snprintf(line, sizeof(line),
	    "find /sys/fs/cgroup -path '*/atoll-%08" PRIx32 "/*s[0-9]*' "
	    "-type d | wc -l",
	    hash);
	p = popen(line, "re");
	assert_non_null(p);
	assert_int_equal(fscanf(p, "%d", &n), 1);
	pclose(p);
	return n;
}

static void
nothing_is_left(void **state)
{
	assert_int_equal(count_groups(the(state)), 0);
}

static void
a_killed_builder_is_swept_after(void **state)
{
	struct fixture *f = the(state);
	int init = build(f, "plain");

	kill(f->builder, SIGKILL);
	waitpid(f->builder, NULL, 0);
	close(f->chan.fd);
	/* Somebody still holds the lifeline: the sandbox lives. */
	assert_true(count_groups(f) > 0);
	start_builder(f, "good");
	assert_int_equal(load(f, "good"), MSG_LOADED);
	assert_int_equal(count_groups(f), 0);
	close(init);
}

/* Last: there is no builder after it. */
static void
the_builder_leaves_nothing_when_the_monitor_is_gone(void **state)
{
	struct fixture *f = the(state);
	int one = build(f, "plain"), two = build(f, "root");
	char path[96];
	int status;

	close(f->chan.fd);
	waitpid(f->builder, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(count_groups(f), 0);
	snprintf(path, sizeof(path), "%s/run/builder", f->dir);
	assert_int_equal(access(path, F_OK), -1);
	f->builder = 0;
	close(one);
	close(two);
}

/* --- timings ------------------------------------------------------------ */

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print_times(const char *what, double *ms, int n)
{
	qsort(ms, (size_t)n, sizeof(*ms), compare);
	printf("%-32s min %.2f  p50 %.2f  p95 %.2f  max %.2f ms\n", what, ms[0],
	    ms[n / 2], ms[n * 95 / 100], ms[n - 1]);
}

/* One after the other: build, run a command, demolish. */
static void
bench_alone(struct fixture *f, int n)
{
	double built[1000], ran[1000], ended[1000];

	for (int i = 0; i < n; i++) {
		double t0 = now_ms(), t1, t2;
		int init = build(f, "plain");
		struct chan c;

		t1 = now_ms();
		c = introduce(f, init);
		run(f, &c, "echo");
		t2 = now_ms();
		demolish(f, f->sandbox);
		built[i] = t1 - t0;
		ran[i] = t2 - t1;
		ended[i] = now_ms() - t2;
		close(c.fd);
		close(init);
	}
	print_times("BUILD to BUILT", built, n);
	print_times("INTRODUCE to exit of a command", ran, n);
	print_times("DEMOLISH to ENDED", ended, n);
}

/* As many under way as width, until total were built and ended. */
static void
bench_saturated(struct fixture *f, int width, int total)
{
	double t0 = now_ms();
	int asked = 0, ended = 0;

	while (asked < width) {
		ask_build(f, "plain");
		asked++;
	}
	while (ended < total) {
		switch (next(f)) {
		case MSG_BUILT:
			msg_close(&f->in); /* the lifeline: it ends */
			break;
		case MSG_ENDED:
			ended++;
			if (asked < total) {
				ask_build(f, "plain");
				asked++;
			}
			break;
		default:
			die("bench");
		}
	}
	printf("%d sandboxes, %d at once: %.0f per second\n", total, width,
	    total / (now_ms() - t0) * 1e3);
}

/* Many that live: does the next one take longer? */
static void
bench_crowd(struct fixture *f, int crowd)
{
	int *link = calloc((size_t)crowd, sizeof(*link));
	uint32_t first = f->sandbox + 1;

	if (link == NULL)
		die("memory");
	for (int i = 0; i < crowd; i++)
		link[i] = build(f, "plain");
	printf("with %d others alive:\n", crowd);
	bench_alone(f, 50);
	if (getenv("ATOLL_PAUSE") != NULL)
		pause();
	for (int i = 0; i < crowd; i++) {
		demolish(f, first + (uint32_t)i);
		close(link[i]);
	}
	free(link);
}

static void
bench(struct fixture *f)
{
	bench_alone(f, 20); /* warm up */
	bench_alone(f, 200);
	bench_saturated(f, 1, 200);
	bench_saturated(f, 8, 1000);
	bench_crowd(f, 300);
}

/* --- main --------------------------------------------------------------- */

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_command_runs_as_the_student),
	cmocka_unit_test(only_harmless_variables_are_let_through),
	cmocka_unit_test(a_shell_has_a_terminal_of_its_own),
	cmocka_unit_test(a_missing_shell_is_named),
	cmocka_unit_test(a_signal_reaches_the_whole_command),
	cmocka_unit_test(a_lost_session_hangs_its_commands_up),
	cmocka_unit_test(a_malformed_word_ends_that_link_only),
	cmocka_unit_test(the_image_can_be_changed_and_stays_as_it_was),
	cmocka_unit_test(generated_files_are_right),
	cmocka_unit_test(there_is_a_loopback_and_nothing_else),
	cmocka_unit_test(nothing_of_the_builder_is_left_open),
	cmocka_unit_test(what_is_given_up_is_gone),
	cmocka_unit_test(a_students_capabilities_are_the_labs),
	cmocka_unit_test(mounts_are_where_the_lab_says),
	cmocka_unit_test(a_mount_through_a_link_is_refused),
	cmocka_unit_test(a_memory_hog_dies_alone),
	cmocka_unit_test(a_fork_bomb_meets_its_limit),
	cmocka_unit_test(a_full_disk_is_told),
	cmocka_unit_test(used_up_inodes_are_told),
	cmocka_unit_test(terminals_are_limited),
	cmocka_unit_test(usage_is_told),
	cmocka_unit_test(a_broken_load_changes_nothing),
	cmocka_unit_test(a_sandbox_outlives_a_reload),
	cmocka_unit_test(an_unknown_lab_is_refused),
	cmocka_unit_test(a_seat_without_an_account_is_refused),
	cmocka_unit_test(a_build_can_be_demolished_halfway),
	cmocka_unit_test(two_sandboxes_have_different_ids),
	cmocka_unit_test(nothing_is_left),
	cmocka_unit_test(a_killed_builder_is_swept_after),
	cmocka_unit_test(the_builder_leaves_nothing_when_the_monitor_is_gone),
};

static struct fixture *
fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		die("memory");
	strcpy(f->dir, "/tmp/atoll-sandbox.XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		die(f->dir);
	make_image(f->dir);
	start_builder(f, "good");
	if (load(f, "good") != MSG_LOADED) {
		fprintf(stderr, "driver: %s\n", f->in.load_failed.reason);
		_exit(99);
	}
	return f;
}

static int
set_up(void **state)
{
	*state = fixture_new();
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	if (f->builder != 0) {
		close(f->chan.fd);
		waitpid(f->builder, NULL, 0);
	}
	shell("rm -rf %s", f->dir);
	free(f);
	return 0;
}

int
main(int argc, char **argv)
{
	void *state = NULL;

	if (argc >= 5 && strcmp(argv[1], "-c") == 0)
		return play_loader(argv[2]);
	if (getenv("ATOLL_BUILD") == NULL)
		setenv("ATOLL_BUILD", "build", 1);
	if (argc == 2 && strcmp(argv[1], "bench") == 0) {
		set_up(&state);
		bench(state);
		return tear_down(&state);
	}
	return cmocka_run_group_tests_name("sandbox", tests, set_up, tear_down);
}
