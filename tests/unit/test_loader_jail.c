/*
 * test_loader_jail.c - what a lab file could do that took the loader over.
 *
 * Each attempt runs in a process of its own, as the root that starts this, in the
 * jail by the product's code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/confine.h"
#include "gateway/base/landlock.h"
#include "gateway/base/privs.h"
#include "gateway/loader/loader_jail.h"

#define NOBODY 65534

enum { OK = 0, DIES = 200, NO_JAIL = 250 };

static char file[] = "/tmp/test-loader-XXXXXX";

/* Its exit status, or DIES. */
static int
in_jail(int (*what)(void), uid_t uid)
{
	pid_t pid = fork();
	struct err e;
	int status;

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		if (uid != 0 && setresuid(uid, uid, uid) == -1)
			_exit(NO_JAIL);
		if (loader_jail_enter(&e) == -1) {
			fprintf(stderr, "%s\n", e.text);
			_exit(NO_JAIL);
		}
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

static int
read_what_is_of_others(void)
{
	return try_open(file, O_RDONLY);
}

static void
it_reads_what_its_owner_alone_may(void **state)
{
	(void)state;
	assert_int_equal(in_jail(read_what_is_of_others, 0), OK);
	/* without root it has no more rights than before */
	assert_int_equal(in_jail(read_what_is_of_others, NOBODY - 1), EACCES);
}

static int
write_somewhere(void)
{
	if (try_open("/dev/null", O_WRONLY) != OK)
		return 1;
	if (try_open(file, O_WRONLY) != EACCES ||
	    try_open(file, O_RDONLY | O_TRUNC) != EACCES)
		return 2;
	if (try_open("/tmp/of-the-loader", O_WRONLY | O_CREAT | O_EXCL) !=
	    EACCES)
		return 3;
	return OK;
}

static void
it_writes_no_file(void **state)
{
	(void)state;
	if (landlock_abi() == 0)
		skip(); /* a kernel without Landlock: root's own files stay */
	assert_int_equal(in_jail(write_somewhere, 0), OK);
}

static int
one_right_is_left(void)
{
	if (!privs_has(CAP_DAC_READ_SEARCH) || privs_has(CAP_SYS_ADMIN) ||
	    privs_has(CAP_DAC_OVERRIDE) || privs_has(CAP_SETUID))
		return 1;
	if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) != 0)
		return 2;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? OK : 3;
}

static void
of_the_capabilities_one_is_left(void **state)
{
	(void)state;
	if (!privs_has(CAP_DAC_READ_SEARCH))
		skip(); /* a host that withholds it */
	assert_int_equal(in_jail(one_right_is_left, 0), OK);
}

static int
look_up_a_user(void)
{
	return getpwnam("root") != NULL ? OK : 1;
}

static void
it_finds_the_systems_users(void **state)
{
	(void)state;
	assert_int_equal(in_jail(look_up_a_user, 0), OK);
}

static int
run_ssh_keygen(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execlp("ssh-keygen", "ssh-keygen", "-l", "-f", file,
		    (char *)NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status); /* 255: it is no key */
}

static void
ssh_keygen_runs(void **state)
{
	int status = in_jail(run_ssh_keygen, 0);

	(void)state;
	if (status == 127)
		skip(); /* not installed */
	assert_int_equal(status, 255);
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
	{ "socket netlink", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 }, ENOSYS },
	{ "bind", SYS_bind, { 0, BAD, 16 }, ENOSYS },
	{ "kill", SYS_kill, { 1, 0 }, ENOSYS },
	{ "setuid", SYS_setuid, { 1 }, ENOSYS },
	{ "chmod", SYS_chmod, { BAD, 0 }, ENOSYS },
	{ "chown", SYS_chown, { BAD, 0, 0 }, ENOSYS },
	{ "unlink", SYS_unlink, { BAD }, ENOSYS },
	{ "rename", SYS_rename, { BAD, BAD }, ENOSYS },
	{ "link", SYS_link, { BAD, BAD }, ENOSYS },
	{ "mknod", SYS_mknod, { BAD, 0, 0 }, ENOSYS },
	{ "clone into a user namespace", SYS_clone, { 0x10000000 | SIGCHLD },
	    ENOSYS },
	{ "memory to write and run", SYS_mmap,
	    { 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 },
	    ENOSYS },
	{ "memory made runnable", SYS_mprotect, { 0, 4096, PROT_EXEC },
	    ENOSYS },
	{ "chroot", SYS_chroot, { BAD }, DIES },
	{ "mount", SYS_mount, { BAD, BAD, BAD, 0, 0 }, DIES },
	{ "ptrace", SYS_ptrace, { 0x7777, 1, 0, 0 }, DIES },
	{ "setns", SYS_setns, { -1, 0 }, DIES },
	{ "bpf", SYS_bpf, { 0, BAD, 0 }, DIES },
	{ "open_by_handle_at", SYS_open_by_handle_at, { -1, BAD, 0 }, DIES },
	{ "init_module", SYS_init_module, { BAD, 0, BAD }, DIES },
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
it_is_answered_as_it_should(void **state)
{
	attempt = *state;
	if (SANITIZED)
		skip(); /* the sanitizers need calls that the filter denies */
	assert_int_equal(in_jail(call, 0), attempt->want);
}

static int
make_file(void **state)
{
	int fd = mkstemp(file);

	(void)state;
	return fd == -1 || fchown(fd, NOBODY, NOBODY) == -1 ||
		       fchmod(fd, 0400) == -1
		   ? -1
		   : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(file);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(it_reads_what_its_owner_alone_may),
	cmocka_unit_test(it_writes_no_file),
	cmocka_unit_test(of_the_capabilities_one_is_left),
	cmocka_unit_test(it_finds_the_systems_users),
	cmocka_unit_test(ssh_keygen_runs),
};

static void
it_needs_root(void **state)
{
	(void)state;
	skip();
}

int
main(void)
{
	static struct CMUnitTest tests[COUNT_OF(attempts) + COUNT_OF(others)];
	const struct CMUnitTest none[] = { cmocka_unit_test(it_needs_root) };
	size_t n = 0;

	if (getuid() != 0)
		return cmocka_run_group_tests_name("loader_jail", none, NULL,
		    NULL);
	for (size_t i = 0; i < COUNT_OF(attempts); i++)
		tests[n++] = (struct CMUnitTest){ .name = attempts[i].name,
			.test_func = it_is_answered_as_it_should,
			.initial_state = (void *)(uintptr_t)&attempts[i] };
	memcpy(tests + n, others, sizeof(others));
	return _cmocka_run_group_tests("loader_jail", tests, COUNT_OF(tests),
	    make_file, remove_file);
}
