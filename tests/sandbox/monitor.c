/* monitor.c - the monitor: starts a builder, and asks it for sandboxes. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "tests/sandbox/peers.h"

_Noreturn void
die(const char *what)
{
	fprintf(stderr, "driver: %s: %s\n", what, strerror(errno));
	_exit(99);
}

void
say(const struct chan *c, struct msg *m)
{
	struct err e;

	if (chan_send(c, m, &e) == -1) {
		fprintf(stderr, "driver: %s\n", e.text);
		_exit(99);
	}
	msg_close(m);
}

struct fixture *
the(void **state)
{
	return *state;
}

void
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

void
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
		execl(program, program, "-c", config, "-l", self, NULL);
		die(program);
	}
	close(ends[1]);
	f->chan = (struct chan){ ends[0], MONITOR, BUILDER };
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (chan_hello(&f->chan, &e) == -1)
		die("hello");
}

static enum msg_type
receive(struct fixture *f)
{
	struct err e = { 0 };
	enum chan_got got = chan_recv(&f->chan, &f->in, &e);

	if (got != CHAN_MESSAGE)
		fprintf(stderr, "driver: no message (%d) %s\n", (int)got,
		    e.text);
	assert_int_equal(got, CHAN_MESSAGE);
	if (f->in.type == MSG_WARM_COUNT)
		f->ready = f->in.warm_count.ready;
	return f->in.type;
}

enum msg_type
next(struct fixture *f)
{
	while (receive(f) == MSG_WARM_COUNT)
		continue;
	return f->in.type;
}

void
await_ready(struct fixture *f, uint32_t count)
{
	while (f->ready != count)
		assert_int_equal(receive(f), MSG_WARM_COUNT);
}

void
configure(struct fixture *f, const char *word)
{
	shell("echo %s >%s/config", word, f->dir);
}

enum msg_type
load_again(struct fixture *f)
{
	enum msg_type type;

	MSG_NEW(&f->out, LOAD, load);
	f->out.serial = 7;
	say(&f->chan, &f->out);
	type = next(f);
	if (type == MSG_HELLO)
		type = next(f);
	if (type == MSG_LOADED)
		msg_close(&f->in);
	return type;
}

enum msg_type
load(struct fixture *f, const char *word)
{
	configure(f, word);
	return load_again(f);
}

uint32_t
ask_build_for(struct fixture *f, const char *account, const char *lab)
{
	MSG_NEW(&f->out, BUILD, build);
	f->out.build.sandbox = ++f->sandbox;
	snprintf(f->out.build.account, NAME_SIZE, "%s", account);
	snprintf(f->out.build.lab, NAME_SIZE, "%s", lab);
	snprintf(f->out.build.secret, TEXT_SIZE, "%064d", 7);
	say(&f->chan, &f->out);
	return f->sandbox;
}

uint32_t
ask_build(struct fixture *f, const char *lab)
{
	return ask_build_for(f, "alice", lab);
}

/* A sandbox of the lab, by its link, non-blocking closes and all. */
int
build(struct fixture *f, const char *lab)
{
	ask_build(f, lab);
	if (next(f) == MSG_BUILD_FAILED)
		fprintf(stderr, "driver: %s\n", f->in.build_failed.reason);
	assert_int_equal(f->in.type, MSG_BUILT);
	assert_string_equal(f->in.built.image, "one");
	assert_string_equal(f->in.built.sha256, "0123");
	assert_int_equal(f->in.built.sandbox, f->sandbox);
	return take_fd(&f->in.fd[0]);
}

void
ask_demolish(struct fixture *f, uint32_t sandbox)
{
	MSG_NEW(&f->out, DEMOLISH, demolish);
	f->out.demolish.sandbox = sandbox;
	say(&f->chan, &f->out);
}

/* Skips LIMIT_HIT, which a test may have left unread. */
void
demolish(struct fixture *f, uint32_t sandbox)
{
	ask_demolish(f, sandbox);
	while (next(f) == MSG_LIMIT_HIT)
		continue;
	assert_int_equal(f->in.type, MSG_ENDED);
	assert_int_equal(f->in.ended.sandbox, sandbox);
}

void
drain(struct fixture *f, bool is_on)
{
	MSG_NEW(&f->out, DRAINING, draining);
	f->out.draining.is_on = is_on;
	say(&f->chan, &f->out);
}

/* --- what the builder has ------------------------------------------------- */

static bool
is_called(int pid, const char *name)
{
	char path[64], line[32];
	bool is_it = false;
	FILE *comm;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	comm = fopen(path, "re");
	if (comm == NULL)
		return false;
	if (fgets(line, sizeof(line), comm) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		is_it = strcmp(line, name) == 0;
	}
	fclose(comm);
	return is_it;
}

size_t
children_named(const struct fixture *f, const char *name, pid_t found[],
    size_t size)
{
	char path[64];
	size_t count = 0;
	FILE *list;
	int pid;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)f->builder, (int)f->builder);
	list = fopen(path, "re");
	assert_non_null(list);
	while (fscanf(list, "%d", &pid) == 1) {
		if (count < size && is_called(pid, name))
			found[count++] = pid;
	}
	fclose(list);
	return count;
}

/* How many lines a command prints that is told how our groups' paths look. */
static int
count_lines(const struct fixture *f, const char *command)
{
	char run_dir[96], line[256];
	uint32_t hash = 2166136261U;
	FILE *p;
	int n = -1;

	snprintf(run_dir, sizeof(run_dir), "%s/run", f->dir);
	for (const char *c = run_dir; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	snprintf(line, sizeof(line),
	    "find /sys/fs/cgroup -path '*/atoll-%08" PRIx32 "/*s[0-9]*' "
	    "-type d | %s | wc -l",
	    hash, command);
	p = popen(line, "re");
	assert_non_null(p);
	assert_int_equal(fscanf(p, "%d", &n), 1);
	pclose(p);
	return n;
}

int
count_groups(const struct fixture *f)
{
	return count_lines(f, "cat");
}

/* Of those that have ended. */
static int
count_empty_groups(const struct fixture *f)
{
	return count_lines(f,
	    "while read d; do read pid <$d/cgroup.procs || echo $d; done"
	    " 2>/dev/null");
}

size_t
await_spares(const struct fixture *f, size_t count, pid_t found[SPARES_MAX])
{
	for (int i = 0; i < PATIENCE_S * 100; i++) {
		if (children_named(f, "atoll-spare", found, SPARES_MAX) ==
		    count)
			return count;
		poll(NULL, 0, 10);
	}
	fail_msg("not %zu spares", count);
	return 0;
}

/* Their groups go a moment after them. */
void
end_spares(struct fixture *f)
{
	pid_t found[SPARES_MAX];

	drain(f, true);
	drain(f, false);
	await_spares(f, 0, found);
	for (int i = 0; i < PATIENCE_S * 100 && count_empty_groups(f) > 0; i++)
		poll(NULL, 0, 10);
}

struct fixture *
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

void
fixture_free(struct fixture *f)
{
	if (f->builder != 0) {
		close(f->chan.fd);
		waitpid(f->builder, NULL, 0);
	}
	shell("rm -rf %s", f->dir);
	free(f);
}
