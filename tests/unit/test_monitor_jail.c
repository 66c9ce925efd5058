/*
 * test_monitor_jail.c - what somebody who took the monitor over can still do.
 *
 * Each attempt runs in a process of its own, as nobody, in the jail by the product's
 * code; state_dir is root's, with the files of the database as the monitor has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/confine.h"
#include "gateway/base/landlock.h"
#include "gateway/base/privs.h"
#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/event_loop.h"
#include "gateway/monitor/monitor_jail.h"
#include "gateway/monitor/monitor_places.h"

#define NOBODY 65534

enum { OK = 0, DIES = 200, NO_JAIL = 250 };

static char top[] = "/tmp/test-monitor-XXXXXX";
static char state[64], libexec[64], program[80], other[64], outside[80];
static int state_fd;

static void
enter(void)
{
	struct monitor_jail j;
	struct err e;

	if (privs_drop(NOBODY, NOBODY, &e) == 0 &&
	    monitor_jail_enter(&j, program, state_fd, &e) == 0)
		return;
	fprintf(stderr, "%s\n", e.text);
	_exit(NO_JAIL);
}

/* Its exit status, or DIES. */
static int
in_jail(int (*what)(void))
{
	pid_t pid = fork();
	int status;

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		enter();
		_exit(what());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : DIES;
}

static int
try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd == -1 ? errno : OK;
}

/* --- files -------------------------------------------------------------------- */

static const struct file {
	const char *name, *path;
	int flags, want;
} files[] = {
	{ "the database can be changed", DB_NAME, O_RDWR, OK },
	{ "its log can be changed", DB_NAME "-wal", O_RDWR, OK },
	{ "its index can be changed", DB_NAME "-shm", O_RDWR, OK },
	{ "state_dir can be synced", ".", O_RDONLY | O_DIRECTORY, OK },
	{ "another file of state_dir cannot be read", "open", O_RDONLY,
	    EACCES },
	{ "none can be changed", "open", O_WRONLY, EACCES },
	{ "a recording that anybody may read cannot be", "recordings/a.cast",
	    O_RDONLY, EACCES },
	{ "passwd cannot be read", "/etc/passwd", O_RDONLY, EACCES },
	{ "the root directory cannot be listed", "/", O_RDONLY | O_DIRECTORY,
	    EACCES },
	{ "no file can be made in /tmp", "/tmp/of-the-monitor",
	    O_WRONLY | O_CREAT | O_EXCL, EACCES },
	{ "/dev/null can be written", "/dev/null", O_WRONLY, OK },
	{ "/dev/zero cannot be read", "/dev/zero", O_RDONLY, EACCES },
	{ "the time zones can be read", "/usr/share/zoneinfo/../zoneinfo/UTC",
	    O_RDONLY, OK },
};

static const struct file *file;

static int
open_file(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", state, file->path);
	return try_open(file->path[0] == '/' ? file->path : path, file->flags);
}

static void
it_is_opened_or_denied(void **arg)
{
	file = *arg;
	if (access(file->path[0] == '/' ? file->path : "/", F_OK) == -1 &&
	    (file->flags & O_CREAT) == 0)
		skip(); /* a host without time zones */
	assert_int_equal(in_jail(open_file), file->want);
}

/* --- calls ------------------------------------------------------------------- */

#define BAD 1 /* no address */

static const struct attempt {
	const char *name;
	long number;
	long argument[6];
	int want;
} attempts[] = {
	{ "socket inet", SYS_socket, { AF_INET, SOCK_STREAM, 0 }, ENOSYS },
	{ "socket unix", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 }, ENOSYS },
	{ "socket netlink", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 }, ENOSYS },
	{ "connect", SYS_connect, { 0, BAD, 16 }, ENOSYS },
	{ "bind", SYS_bind, { 0, BAD, 16 }, ENOSYS },
	{ "listen", SYS_listen, { 0, 1 }, ENOSYS },
	{ "openat2", SYS_openat2, { AT_FDCWD, BAD, BAD, 24 }, ENOSYS },
	{ "chmod", SYS_chmod, { BAD, 0 }, ENOSYS },
	{ "rename", SYS_rename, { BAD, BAD }, ENOSYS },
	{ "link", SYS_link, { BAD, BAD }, ENOSYS },
	{ "symlink", SYS_symlink, { BAD, BAD }, ENOSYS },
	{ "mknod", SYS_mknod, { BAD, 0, 0 }, ENOSYS },
	{ "clone3", SYS_clone3, { BAD, 88 }, ENOSYS },
	{ "clone into a user namespace", SYS_clone, { 0x10000000 | SIGCHLD },
	    ENOSYS },
	{ "setuid", SYS_setuid, { 0 }, ENOSYS },
	{ "tkill", SYS_tkill, { 1, 0 }, ENOSYS },
	{ "pidfd_open", SYS_pidfd_open, { 1, 0 }, ENOSYS },
	{ "fcntl F_SETOWN", SYS_fcntl, { 0, F_SETOWN, 1 }, ENOSYS },
	{ "ioctl TIOCSTI", SYS_ioctl, { 0, 0x5412, BAD }, ENOSYS },
	{ "io_uring_setup", SYS_io_uring_setup, { 1, BAD }, ENOSYS },
	{ "memory to write and run", SYS_mmap,
	    { 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 },
	    ENOSYS },
	{ "memory made runnable", SYS_mprotect, { 0, 4096, PROT_EXEC },
	    ENOSYS },
	{ "a listener for others' calls", SYS_seccomp, { 1, 8, BAD }, ENOSYS },
	{ "io_uring_enter", SYS_io_uring_enter, { -1, 0, 0, 0, 0, 0 }, DIES },
	{ "ptrace", SYS_ptrace, { 0x7777, 1, 0, 0 }, DIES },
	{ "process_vm_readv", SYS_process_vm_readv, { 1, BAD, 1, BAD, 1, 0 },
	    DIES },
	{ "unshare", SYS_unshare, { 0 }, DIES },
	{ "setns", SYS_setns, { -1, 0 }, DIES },
	{ "mount", SYS_mount, { BAD, BAD, BAD, 0, 0 }, DIES },
	{ "bpf", SYS_bpf, { 0, BAD, 0 }, DIES },
	{ "keyctl", SYS_keyctl, { 0, 0, 0, 0, 0 }, DIES },
	{ "execveat", SYS_execveat, { -1, BAD, 0, 0, 0 }, DIES },
};

static const struct attempt *attempt;

static int
call(void)
{
	const long *a = attempt->argument;

	return syscall(attempt->number, a[0], a[1], a[2], a[3], a[4], a[5]) ==
		       -1
		   ? errno
		   : OK;
}

static void
it_is_answered_as_it_should(void **arg)
{
	attempt = *arg;
	if (SANITIZED)
		skip(); /* the sanitizers need calls that the filter denies */
	assert_int_equal(in_jail(call), attempt->want);
}

/* --- what it needs ------------------------------------------------------------ */

static int
run_program(void)
{
	execl(program, "true", (char *)NULL);
	return errno;
}

static int
run_replaced(void)
{
	char next[96];

	snprintf(next, sizeof(next), "%s.next", program);
	execl(next, "true", (char *)NULL);
	return errno;
}

static int
run_outside(void)
{
	execl(outside, "true", (char *)NULL);
	return errno;
}

static void
programs_beside_it_can_be_run_and_no_others(void **arg)
{
	(void)arg;
	assert_int_equal(in_jail(run_program), OK);
	assert_int_equal(in_jail(run_replaced), OK);
	assert_int_equal(in_jail(run_outside), EACCES);
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
start_threads_and_children(void)
{
	pthread_t t;
	int status;
	pid_t pid;

	if (pthread_create(&t, NULL, nothing, NULL) != 0)
		return 1;
	pthread_join(t, NULL);
	pid = fork();
	while (pid == 0)
		poll(NULL, 0, -1); /* the jail has no pause(2) */
	if (pid == -1 || kill(pid, SIGKILL) == -1 ||
	    waitpid(pid, &status, 0) != pid)
		return 2;
	return WTERMSIG(status) == SIGKILL ? OK : 3;
}

static void
threads_and_children_can_be_had(void **arg)
{
	(void)arg;
	assert_int_equal(in_jail(start_threads_and_children), OK);
}

static int
signal_a_parent(void)
{
	return kill(getppid(), 0) == -1 ? errno : OK;
}

static void
others_cannot_be_signalled(void **arg)
{
	(void)arg;
	assert_int_equal(in_jail(signal_a_parent), EPERM);
}

static int
make_terminal(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd == -1 || unlockpt(fd) == -1)
		return errno;
	return ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY) == -1 ? errno : OK;
}

static void
a_terminal_for_staff_can_be_made(void **arg)
{
	(void)arg;
	if (make_terminal() != OK)
		skip(); /* no devpts, as where a package is built */
	assert_int_equal(in_jail(make_terminal), OK);
}

/* The hour does not become UTC's because a file cannot be read. */
static int
go_by_the_zone(void)
{
	time_t now = 1700000000;
	struct tm t;

	setenv("TZ", "Asia/Tokyo", 1);
	localtime_r(&now, &t);
	tzset();
	localtime_r(&now, &t);
	return t.tm_gmtoff == 9 * 3600L ? OK : 1;
}

static void
the_time_zone_is_known(void **arg)
{
	(void)arg;
	if (access("/usr/share/zoneinfo/Asia/Tokyo", R_OK) == -1)
		skip(); /* a host without time zones */
	assert_int_equal(in_jail(go_by_the_zone), OK);
}

/* As when a file took the place of the one that there was. */
static int
go_by_another_zone(void)
{
	char zone[80];
	struct err e;

	if (monitor_places_check(&e) == -1)
		return 1;
	snprintf(zone, sizeof(zone), ":%s/open", state);
	setenv("TZ", zone, 1);
	return monitor_places_check(&e) == -1 &&
		       strstr(e.text, "restart the gateway") != NULL
		   ? OK
		   : 2;
}

static void
a_time_zone_that_cannot_be_read_is_a_reason(void **arg)
{
	(void)arg;
	assert_int_equal(in_jail(go_by_another_zone), OK);
}

static int
use_a_database(void)
{
	struct err e;
	struct db *db = db_open(state_fd, DB_WRITE, &e);
	struct db *reader = db == NULL ? NULL : db_open(state_fd, DB_READ, &e);

	if (reader == NULL || db_exec(db, "CREATE TABLE t (a)", &e) == -1 ||
	    db_exec(db,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM"
		" n WHERE i < 200000) INSERT INTO t SELECT hex(i * 7919 %"
		" 200003) || 'xxxxxxxxxxxxxxxxxxxxxxxxxx' FROM n",
		&e) == -1 ||
	    /* more than is sorted in its cache: a temporary file elsewhere */
	    db_exec(reader, "SELECT a FROM t ORDER BY a DESC", &e) == -1) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	return OK;
}

static void
the_database_can_be_opened_written_and_sorted(void **arg)
{
	(void)arg;
	assert_int_equal(in_jail(use_a_database), OK);
}

/* libuv 1.45 and later would have a ring, which passes no filter. */
static void
a_loop_has_no_ring_and_leaves_no_filter(void **arg)
{
	static uv_loop_t loop;
	struct err e;

	(void)arg;
	assert_int_equal(event_loop_init(&loop, &e), 0);
	for (int fd = 0; fd < 64; fd++) {
		char link[32], to[64] = "";

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		(void)!readlink(link, to, sizeof(to) - 1);
		assert_null(strstr(to, "io_uring"));
	}
	assert_int_equal(prctl(PR_GET_SECCOMP), 0);
	assert_int_equal(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	assert_int_equal(uv_run(&loop, UV_RUN_NOWAIT), 0);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* --- of another build --------------------------------------------------------- */

static void
only_a_jail_that_fits_is_taken(void **arg)
{
	struct monitor_jail j;
	struct err e;

	(void)arg;
	assert_int_equal(monitor_jail_take(&j, 0, 0, &e), 0);
	assert_int_equal(
	    monitor_jail_take(&j, MONITOR_JAIL, MONITOR_JAIL_FITS, &e), 0);
	assert_int_equal(j.number, MONITOR_JAIL);
	/* a newer one that still is for us, and one that is not */
	assert_int_equal(monitor_jail_take(&j, 9, MONITOR_JAIL, &e), 0);
	assert_int_equal(monitor_jail_take(&j, 9, MONITOR_JAIL + 1, &e), -1);
	assert_non_null(strstr(e.text, "restart the gateway"));
}

static int
make_all(void **arg)
{
	char command[256];
	struct err e;

	(void)arg;
	if (mkdtemp(top) == NULL || chmod(top, 0755) == -1)
		return -1;
	snprintf(state, sizeof(state), "%s/state", top);
	snprintf(libexec, sizeof(libexec), "%s/libexec", top);
	snprintf(other, sizeof(other), "%s/other", top);
	snprintf(program, sizeof(program), "%s/true", libexec);
	snprintf(outside, sizeof(outside), "%s/true", other);
	snprintf(command, sizeof(command),
	    "umask 022; cd %s && mkdir -p state/recordings libexec other &&"
	    " cp /bin/true libexec && cp /bin/true libexec/true.next &&"
	    " cp /bin/true other && touch state/open state/recordings/a.cast &&"
	    " chmod 666 state/open",
	    top);
	if (system(command) != 0) /* NOLINT(cert-env33-c): our own names */
		return -1;
	if (db_make(state, NOBODY, NOBODY, &state_fd, &e) == 0)
		return 0;
	fprintf(stderr, "%s\n", e.text);
	return -1;
}

static int
remove_all(void **arg)
{
	char command[64];

	(void)arg;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command); /* NOLINT(cert-env33-c): our own name */
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(programs_beside_it_can_be_run_and_no_others),
	cmocka_unit_test(threads_and_children_can_be_had),
	cmocka_unit_test(others_cannot_be_signalled),
	cmocka_unit_test(a_terminal_for_staff_can_be_made),
	cmocka_unit_test(the_time_zone_is_known),
	cmocka_unit_test(a_time_zone_that_cannot_be_read_is_a_reason),
	cmocka_unit_test(the_database_can_be_opened_written_and_sorted),
	cmocka_unit_test(a_loop_has_no_ring_and_leaves_no_filter),
	cmocka_unit_test(only_a_jail_that_fits_is_taken),
};

static void
test_it_needs_root_and_a_kernel_with_landlock(void **arg)
{
	(void)arg;
	skip();
}

int
main(void)
{
	static struct CMUnitTest
	    tests[COUNT_OF(files) + COUNT_OF(attempts) + COUNT_OF(others)];
	const struct CMUnitTest none[] = {
		cmocka_unit_test(test_it_needs_root_and_a_kernel_with_landlock),
	};
	size_t n = 0;

	if (getuid() != 0 || landlock_abi() < 6)
		return cmocka_run_group_tests_name("monitor_jail", none, NULL,
		    NULL);
	for (size_t i = 0; i < COUNT_OF(files); i++)
		tests[n++] = (struct CMUnitTest){ .name = files[i].name,
			.test_func = it_is_opened_or_denied,
			.initial_state = (void *)(uintptr_t)&files[i] };
	for (size_t i = 0; i < COUNT_OF(attempts); i++)
		tests[n++] = (struct CMUnitTest){ .name = attempts[i].name,
			.test_func = it_is_answered_as_it_should,
			.initial_state = (void *)(uintptr_t)&attempts[i] };
	memcpy(tests + n, others, sizeof(others));
	return _cmocka_run_group_tests("monitor_jail", tests, COUNT_OF(tests),
	    make_all, remove_all);
}
