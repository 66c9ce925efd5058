/*
 * bombs.c - use up one thing until there is no more of it.
 *
 * A worker does it and its parent tells: where memory is the limit, the kernel
 * kills the worker, which is larger.
 */
#include "tests/escape/bombs.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (1UL << 20)
#define BLOCK (64UL << 10)

/* Each takes number i and returns 0 or an errno.  Nothing is ever given back:
 * descriptors and memory are meant to leak. */

static int
processes(unsigned i)
{
	pid_t pid = fork();

	(void)i;
	if (pid == 0)
		for (;;)
			pause();
	return pid == -1 ? errno : 0;
}

static void *
sleep_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int
threads(unsigned i)
{
	pthread_attr_t small;
	pthread_t thread;

	(void)i;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, BLOCK);
	return pthread_create(&thread, &small, sleep_on, NULL);
}

static int
memory(unsigned i)
{
	char *p = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)i;
	if (p == MAP_FAILED)
		return errno;
	memset(p, 1, CHUNK);
	return 0;
}

static int
locked(unsigned i)
{
	char *p = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)i;
	return mlock(p, BLOCK) == -1 ? errno : 0;
}

static int
append(const char *path)
{
	static const char block[BLOCK] = { 1 };
	int fd = open(path, O_CREAT | O_WRONLY | O_APPEND, 0600);
	ssize_t n = write(fd, block, BLOCK);
	int error = n == (ssize_t)BLOCK ? 0 : n >= 0 ? ENOSPC : errno;

	close(fd);
	return error;
}

static int
disk(unsigned i)
{
	(void)i;
	return append("/tmp/bomb");
}

static int
shm(unsigned i)
{
	(void)i;
	return append("/dev/shm/bomb");
}

/* What one reads is cached, and counts as memory until it is needed. */
static int
cache(unsigned i)
{
	static char block[BLOCK];
	int fd = open("/bombs/large", O_RDONLY);
	ssize_t n = pread(fd, block, BLOCK, (off_t)(i * BLOCK));

	close(fd);
	return n == (ssize_t)BLOCK ? 0 : n == -1 ? errno : ENODATA;
}

static int
inodes(unsigned i)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/tmp/i%u", i);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd == -1)
		return errno;
	return close(fd);
}

static int
deep(unsigned i)
{
	(void)i;
	if (i == 0 && chdir("/tmp") == -1)
		return errno;
	return mkdir("d", 0700) == -1 || chdir("d") == -1 ? errno : 0;
}

static int
files(unsigned i)
{
	(void)i;
	return dup(0) == -1 ? errno : 0;
}

static int
terminals(unsigned i)
{
	(void)i;
	return posix_openpt(O_RDWR | O_NOCTTY) == -1 ? errno : 0;
}

static int
fill(int fd)
{
	static const char block[BLOCK];

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, block, BLOCK) > 0)
		continue;
	return errno == EAGAIN ? 0 : errno;
}

static int
pipes(unsigned i)
{
	int p[2];

	(void)i;
	if (pipe(p) == -1)
		return errno;
	fcntl(p[1], F_SETPIPE_SZ, CHUNK);
	return fill(p[1]);
}

static int
unix_sockets(unsigned i)
{
	int s[2];

	(void)i;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) == -1)
		return errno;
	return fill(s[0]);
}

static int
tcp_sockets(unsigned i)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int one = socket(AF_INET, SOCK_STREAM, 0), two, three, bytes = 8 << 20;
	const struct timeval soon = { .tv_sec = 2 }; /* without memory: never */

	(void)i;
	if (one == -1 || bind(one, (void *)&at, sizeof(at)) == -1 ||
	    listen(one, 1) == -1 || getsockname(one, (void *)&at, &size) == -1)
		return errno;
	two = socket(AF_INET, SOCK_STREAM, 0);
	if (two == -1)
		return errno;
	setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	setsockopt(two, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	setsockopt(two, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (connect(two, (void *)&at, sizeof(at)) == -1)
		return errno;
	three = accept(one, NULL, NULL);
	if (three == -1)
		return errno;
	close(one);
	return fill(two);
}

#define FULL_PROCESSES 8

/* Full connections in so many processes that open_files is not the limit. */
static int
tcp_memory(unsigned i)
{
	int ready[2];
	char byte;

	if (i == FULL_PROCESSES)
		return ENOBUFS;
	if (pipe(ready) == -1)
		return errno;
	switch (fork()) {
	case -1:
		return errno;
	case 0:
		while (tcp_sockets(0) == 0)
			continue;
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	/* Nothing comes: it has all that it can, or was killed for it. */
	if (read(ready[0], &byte, 1) == -1)
		return errno;
	return close(ready[0]);
}

static int
udp_sockets(unsigned i)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int s = socket(AF_INET, SOCK_DGRAM, 0), bytes = 8 << 20;
	static const char block[16384];

	(void)i;
	if (s == -1 || bind(s, (void *)&at, sizeof(at)) == -1 ||
	    getsockname(s, (void *)&at, &size) == -1)
		return errno;
	setsockopt(s, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	for (int k = 0; k < 64; k++)
		sendto(s, block, sizeof(block), MSG_DONTWAIT, (void *)&at,
		    sizeof(at));
	return 0;
}

/* Answers of the kernel that nobody reads. */
static int
netlink(unsigned i)
{
	const struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
	} ask = { { sizeof(ask), RTM_GETLINK, NLM_F_REQUEST, 1, 0 },
		{ .ifi_index = 1 } };
	int s = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), bytes = 8 << 20;

	(void)i;
	if (s == -1)
		return errno;
	setsockopt(s, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	for (int k = 0; k < 256; k++)
		send(s, &ask, sizeof(ask), MSG_DONTWAIT);
	return 0;
}

/* Datagrams that are never sent. */
static int
corked(unsigned i)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	static const char block[60000];

	(void)i;
	if (s == -1)
		return errno;
	sendto(s, block, sizeof(block), MSG_MORE | MSG_DONTWAIT, (void *)&at,
	    sizeof(at));
	return 0;
}

static int
system_v(unsigned i)
{
	int id = shmget(IPC_PRIVATE, CHUNK, 0600);
	char *p = id == -1 ? MAP_FAILED : shmat(id, NULL, 0);

	(void)i;
	if (p == MAP_FAILED)
		return errno;
	memset(p, 1, CHUNK);
	return 0;
}

static int
queues(unsigned i)
{
	char name[32];

	snprintf(name, sizeof(name), "/bomb%u", i);
	return mq_open(name, O_CREAT | O_RDWR, 0600, NULL) == -1 ? errno : 0;
}

static int
timers(unsigned i)
{
	struct sigevent quiet = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGURG };
	timer_t timer;

	(void)i;
	return timer_create(CLOCK_MONOTONIC, &quiet, &timer) == -1 ? errno : 0;
}

static int
signals(unsigned i)
{
	union sigval value = { .sival_int = (int)i };
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return sigqueue(getpid(), SIGRTMIN, value) == -1 ? errno : 0;
}

static int
inotify(unsigned i)
{
	(void)i;
	return inotify_init1(0) == -1 ? errno : 0;
}

static int
watches(unsigned i)
{
	static int fd = -1;
	char path[32];

	if (i == 0)
		fd = inotify_init1(0);
	snprintf(path, sizeof(path), "/tmp/w%u", i);
	if (fd == -1 || mkdir(path, 0700) == -1)
		return errno;
	return inotify_add_watch(fd, path, IN_ALL_EVENTS) == -1 ? errno : 0;
}

static int
aio(unsigned i)
{
	unsigned long context = 0;

	(void)i;
	return syscall(SYS_io_setup, 1000, &context) == -1 ? errno : 0;
}

/* Locks on single bytes, from the last to the first: the kernel looks through
 * all that a file has, so that many files are faster than one. */
static int
record_locks(int set)
{
	char path[32];
	static unsigned file;
	int fd;

	snprintf(path, sizeof(path), "/tmp/l%u", file++);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	if (fd == -1)
		return errno;
	for (off_t at = 700; at > 0; at--) {
		struct flock byte = { .l_type = F_WRLCK,
			.l_start = 2 * at,
			.l_len = 1 };

		if (fcntl(fd, set, &byte) == -1)
			return errno;
	}
	return 0;
}

static int
locks(unsigned i)
{
	(void)i;
	return record_locks(F_SETLK);
}

static int
ofd_locks(unsigned i)
{
	(void)i;
	return record_locks(F_OFD_SETLK);
}

static int
flocks(unsigned i)
{
	int fd = open("/tmp/lock", O_CREAT | O_RDWR, 0600);

	(void)i;
	return fd == -1 || flock(fd, LOCK_SH) == -1 ? errno : 0;
}

/* --- those that have no limit of their own, and run until they are killed --- */

static int
printer(unsigned i)
{
	printf("%u: a line, of which there are a hundred thousand a second\n",
	    i);
	return 0;
}

static int
immortal(unsigned i)
{
	if (i == 0) {
		for (int s = 1; s < NSIG; s++)
			signal(s, SIG_IGN);
	}
	pause();
	return 0;
}

/* The parent of each is gone before one could kill it. */
static int
reborn(unsigned i)
{
	pid_t pid = fork();

	(void)i;
	if (pid > 0)
		_exit(0);
	return 0;
}

static const struct {
	const char *name;
	int (*take)(unsigned i);
	bool has_no_limit;
} kinds[] = {
	{ "processes", processes, false },
	{ "threads", threads, false },
	{ "memory", memory, false },
	{ "locked", locked, false },
	{ "cache", cache, false },
	{ "disk", disk, false },
	{ "shm", shm, false },
	{ "inodes", inodes, false },
	{ "deep", deep, false },
	{ "files", files, false },
	{ "terminals", terminals, false },
	{ "pipes", pipes, false },
	{ "unix", unix_sockets, false },
	{ "tcp", tcp_sockets, false },
	{ "tcp_memory", tcp_memory, false },
	{ "udp", udp_sockets, false },
	{ "netlink", netlink, false },
	{ "corked", corked, false },
	{ "locks", locks, false },
	{ "ofd_locks", ofd_locks, false },
	{ "flocks", flocks, false },
	{ "system_v", system_v, false },
	{ "queues", queues, false },
	{ "timers", timers, false },
	{ "signals", signals, false },
	{ "inotify", inotify, false },
	{ "watches", watches, false },
	{ "aio", aio, false },
	{ "printer", printer, true },
	{ "immortal", immortal, true },
	{ "reborn", reborn, true },
};

struct told {
	int error;
	unsigned made;
};

static _Noreturn void
work(int (*take)(unsigned i), unsigned count, int out)
{
	struct told t = { 0, 0 };

	while (t.error == 0 && (count == 0 || t.made < count)) {
		t.error = take(t.made);
		t.made += t.error == 0;
	}
	if (write(out, &t, sizeof(t)) != sizeof(t))
		_exit(1);
	while (count == 0)
		pause();
	_exit(0);
}

/* A worker that is killed by its limit closes the pipe without a word. */
static void
report(int in, pid_t worker)
{
	struct told t;
	int status = 0;

	if (read(in, &t, sizeof(t)) == sizeof(t)) {
		if (t.error == 0)
			printf("made %u\n", t.made);
		else
			printf("met %s %u\n", strerrorname_np(t.error), t.made);
		return;
	}
	waitpid(worker, &status, 0);
	printf("met SIG%s 0\n", sigabbrev_np(WTERMSIG(status)));
}

/* Out of memory the kernel may take whoever reports, and the shell above, and
 * leave the worker: then the command's output is to end with them. */
static void
let_go_of_output(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	close(null);
}

static int
explode(int (*take)(unsigned i), unsigned count)
{
	int channel[2];
	pid_t worker;

	if (pipe2(channel, O_CLOEXEC) == -1)
		return 1;
	worker = fork();
	if (worker == -1) {
		printf("met %s 0\n", strerrorname_np(errno));
		return 1;
	}
	if (worker == 0) {
		setpgid(0, 0);
		let_go_of_output();
		work(take, count, channel[1]);
	}
	close(channel[1]);
	report(channel[0], worker);
	if (count != 0)
		kill(-worker, SIGKILL);
	while (count == 0)
		pause();
	return 0;
}

int
bomb_run(const char *kind, unsigned count)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, kind) != 0)
			continue;
		if (!kinds[i].has_no_limit)
			return explode(kinds[i].take, count);
		printf("running\n");
		for (unsigned n = 0; count == 0 || n < count; n++)
			kinds[i].take(n);
		return 0;
	}
	return 2;
}
