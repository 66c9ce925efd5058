/*
 * test_compile.c - the seccomp programs of a sandbox, installed for real.
 *
 * A child installs both programs and makes one call.  The arguments are such
 * that the kernel itself would answer anything but EPERM or ENOSYS.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/base/denied_calls.h"
#include "gateway/wire/rights.h"
#include "sandbox/builder/seccomp/calls.h"
#include "sandbox/builder/seccomp/harden.h"
#include "tests/unit/filter_same.h"

#define HIGH (1UL << 32)

struct programs {
	struct filter allow, deny;
};

struct probe {
	const char *what;
	long call;
	unsigned long arg[3];
	int expect; /* an errno, or 0 for success */
};

static const struct ids none;

static int
set_up(void **state)
{
	struct programs *p = calloc(2, sizeof(*p));
	struct err e;

	assert_non_null(p);
	for (int debug = 0; debug < 2; debug++)
		assert_int_equal(harden_compile(debug == 0 ? 0 : HARDEN_DEBUG,
				     &none, &p[debug].allow, &p[debug].deny,
				     &e),
		    0);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct programs *p = *state;

	for (int debug = 0; debug < 2; debug++) {
		filter_free(&p[debug].allow);
		filter_free(&p[debug].deny);
	}
	free(p);
	return 0;
}

/* The errno of the call under the programs, 0 for success. */
static int
try(const struct programs *p, const struct probe *probe)
{
	struct err e;
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    filter_install(&p->allow, &e) == -1 ||
		    filter_install(&p->deny, &e) == -1)
			_exit(255);
		errno = 0;
		if (syscall(probe->call, probe->arg[0], probe->arg[1],
			probe->arg[2], 0, 0, 0) == -1)
			_exit(errno);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
expect(const struct programs *p, const struct probe *probes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int got = try(p, &probes[i]);

		if (got != probes[i].expect)
			print_error("%s: %d\n", probes[i].what, got);
		assert_int_equal(got, probes[i].expect);
	}
}
#define EXPECT(p, a) expect(p, a, sizeof(a) / sizeof((a)[0]))

static void
dangerous_calls_are_refused(void **state)
{
	static const struct probe probes[] = {
		{ "mount", SYS_mount, { 1, 1, 1 }, EPERM },
		{ "setns", SYS_setns, { -1UL, 0, 0 }, EPERM },
		{ "keyctl", SYS_keyctl, { 9999, 0, 0 }, ENOSYS },
		{ "bpf", SYS_bpf, { 9999, 0, 0 }, EPERM },
		{ "ptrace", SYS_ptrace, { 9999, 0, 0 }, EPERM },
		{ "io_uring_setup", SYS_io_uring_setup, { 0, 0, 0 }, EPERM },
		{ "unshare user", SYS_unshare, { CLONE_NEWUSER }, EPERM },
		{ "unshare time", SYS_unshare, { 0x80 }, EPERM },
		{ "unshare, high bit", SYS_unshare, { HIGH | CLONE_NEWNET },
		    EPERM },
		{ "clone user", SYS_clone, { CLONE_NEWUSER | 17 }, EPERM },
		{ "clone3", SYS_clone3, { 0, 0, 0 }, ENOSYS },
	};

	EXPECT(*state, probes);
}

static void
sockets_are_of_four_kinds(void **state)
{
	static const struct probe probes[] = {
		{ "alg", SYS_socket, { 38, SOCK_SEQPACKET, 0 }, EAFNOSUPPORT },
		{ "packet", SYS_socket, { 17, SOCK_RAW, 0 }, EPERM },
		{ "vsock", SYS_socket, { 40, SOCK_STREAM, 0 }, EAFNOSUPPORT },
		{ "vsock, high bit", SYS_socket, { HIGH | 40, 1, 0 },
		    EAFNOSUPPORT },
		{ "unix, high bit", SYS_socket, { HIGH | AF_UNIX, 1, 0 },
		    EAFNOSUPPORT },
		{ "bluetooth", SYS_socket, { 31, SOCK_RAW, 0 }, EAFNOSUPPORT },
		{ "netfilter", SYS_socket, { AF_NETLINK, SOCK_RAW, 12 },
		    EPROTONOSUPPORT },
		/* libaudit goes on only after such an answer. */
		{ "audit", SYS_socket, { AF_NETLINK, SOCK_RAW, 9 },
		    EPROTONOSUPPORT },
		{ "xfrm, high bit", SYS_socket,
		    { AF_NETLINK, SOCK_RAW, HIGH | 6 }, EPROTONOSUPPORT },
		{ "sctp", SYS_socket, { AF_INET, SOCK_STREAM, 132 },
		    EPROTONOSUPPORT },
		{ "raw", SYS_socket, { AF_INET6, SOCK_RAW, 58 }, EPERM },
		/* Which the kernel takes for a packet socket. */
		{ "type packet", SYS_socket, { AF_INET, SOCK_PACKET, 3 },
		    EPERM },
		{ "type packet, high bit", SYS_socket,
		    { AF_INET, HIGH | SOCK_PACKET, 3 }, EPERM },
		{ "tcp ulp", SYS_setsockopt, { -1UL, 6, 31 }, EPERM },
		{ "tcp ulp, high bits", SYS_setsockopt,
		    { -1UL, HIGH | 6, HIGH | 31 }, EPERM },
	};

	EXPECT(*state, probes);
}

static void
terminals_cannot_be_typed_into(void **state)
{
	static const struct probe probes[] = {
		{ "TIOCSTI", SYS_ioctl, { -1UL, 0x5412, 0 }, EPERM },
		{ "TIOCSTI, high bit", SYS_ioctl, { -1UL, HIGH | 0x5412, 0 },
		    EPERM },
		{ "TIOCLINUX", SYS_ioctl, { -1UL, 0x541c, 0 }, EPERM },
		{ "TIOCSETD", SYS_ioctl, { -1UL, 0x5423, 0 }, EPERM },
		{ "TCGETS", SYS_ioctl, { -1UL, 0x5401, 0 }, EBADF },
	};

	EXPECT(*state, probes);
}

static void
ordinary_calls_work(void **state)
{
	static const struct probe probes[] = {
		{ "getpid", SYS_getpid, { 0 }, 0 },
		{ "personality query", SYS_personality, { 0xffffffff }, 0 },
		{ "personality linux32", SYS_personality, { PER_LINUX32 }, 0 },
		{ "unshare files", SYS_unshare, { CLONE_FILES }, 0 },
		{ "unix", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 }, 0 },
		{ "inet6", SYS_socket, { AF_INET6, SOCK_STREAM, 0 }, 0 },
		{ "udp", SYS_socket,
		    { AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 17 },
		    0 },
		{ "route", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 }, 0 },
		{ "setsockopt", SYS_setsockopt, { -1UL, 6, 1 }, EBADF },
		{ "ring", SYS_setsockopt, { -1UL, 263, 5 }, ENOPROTOOPT },
	};

	EXPECT(*state, probes);
}

static void
only_a_lab_for_debugging_has_ptrace(void **state)
{
	const struct programs *p = *state;
	static const struct probe plain[] = {
		{ "ptrace", SYS_ptrace, { 9999, 0, 0 }, EPERM },
		{ "no randomisation", SYS_personality, { ADDR_NO_RANDOMIZE },
		    EPERM },
		{ "odd personality", SYS_personality, { MMAP_PAGE_ZERO },
		    EPERM },
	};
	static const struct probe debug[] = {
		{ "ptrace", SYS_ptrace, { 9999, 0, 0 }, ESRCH },
		{ "no randomisation", SYS_personality, { ADDR_NO_RANDOMIZE },
		    0 },
		{ "odd personality", SYS_personality, { MMAP_PAGE_ZERO },
		    EPERM },
		{ "mount", SYS_mount, { 1, 1, 1 }, EPERM },
	};

	EXPECT(&p[0], plain);
	EXPECT(&p[1], debug);
}

static void
a_lab_without_aslr_turns_it_off_and_has_no_ptrace(void **state)
{
	static const struct probe probes[] = {
		{ "ptrace", SYS_ptrace, { 9999, 0, 0 }, EPERM },
		{ "no randomisation", SYS_personality, { ADDR_NO_RANDOMIZE },
		    0 },
		{ "of 32 bits", SYS_personality,
		    { ADDR_NO_RANDOMIZE | PER_LINUX32 }, 0 },
		{ "odd personality", SYS_personality,
		    { ADDR_NO_RANDOMIZE | MMAP_PAGE_ZERO }, EPERM },
		{ "high bit", SYS_personality, { HIGH | READ_IMPLIES_EXEC },
		    EPERM },
	};
	struct programs p;
	struct err e;

	(void)state;
	assert_int_equal(
	    harden_compile(HARDEN_STILL, &none, &p.allow, &p.deny, &e), 0);
	EXPECT(&p, probes);
	filter_free(&p.allow);
	filter_free(&p.deny);
}

/* --- what a lab adds ----------------------------------------------------- */

static void
a_lab_adds_calls_and_nothing_else(void **state)
{
	static const struct probe probes[] = {
		{ "kcmp", SYS_kcmp, { 0, 0, 0 }, ESRCH },
		{ "io_destroy", SYS_io_destroy, { 1, 0, 0 }, EINVAL },
		{ "io_setup", SYS_io_setup, { 0, 1, 0 }, ENOSYS },
		{ "bpf", SYS_bpf, { 9999, 0, 0 }, EPERM },
		{ "mbind", SYS_mbind, { 1, 0, 0 }, EPERM },
	};
	const struct ids calls = { 2, { SYS_kcmp, SYS_io_destroy } };
	struct programs p;
	struct err e;

	(void)state;
	assert_int_equal(harden_compile(0, &calls, &p.allow, &p.deny, &e), 0);
	EXPECT(&p, probes);
	filter_free(&p.allow);
	filter_free(&p.deny);
}

static void
a_lab_may_add_filters_and_attributes_of_any_length(void **state)
{
	static const struct probe with[] = {
		{ "seccomp", SYS_seccomp, { 1, 0, 0 }, EFAULT },
		{ "PR_SET_SECCOMP", SYS_prctl, { 22, 2, 0 }, EFAULT },
		{ "leases stay away", SYS_fcntl, { -1UL, 1024, 0 }, EINVAL },
	};
	static const struct probe without[] = {
		{ "seccomp", SYS_seccomp, { 1, 0, 0 }, ENOSYS },
		{ "PR_SET_SECCOMP", SYS_prctl, { 22, 2, 0 }, EINVAL },
		{ "PR_GET_SECCOMP", SYS_prctl, { 21, 0, 0 }, 0 },
	};
	const struct ids calls = { 1, { SYS_seccomp } };
	struct programs p;
	struct err e;

	EXPECT(*state, without);
	assert_int_equal(harden_compile(0, &calls, &p.allow, &p.deny, &e), 0);
	EXPECT(&p, with);
	filter_free(&p.allow);
	filter_free(&p.deny);
}

static void
a_lab_cannot_add_what_leads_out(void **state)
{
	const uint32_t wrong[] = { SYS_mount, SYS_setns, SYS_clone3, SYS_bpf,
		SYS_keyctl, SYS_init_module, SYS_open_by_handle_at, SYS_ptrace,
		SYS_socket, (uint32_t)-101 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct ids calls = { 1, { wrong[i] } };
		struct programs p = { 0 };
		struct err e;

		if (harden_compile(0, &calls, &p.allow, &p.deny, &e) != -1)
			fail_msg("%u", wrong[i]);
	}
}

static bool
is_in(const char *name, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

/* Whoever denies one more call decides whether labs may have it. */
static void
labs_may_add_these_of_the_denied_calls(void **state)
{
	static const char *const harmless[] = { "adjtimex", "clock_adjtime",
		"kcmp", "mbind", "migrate_pages", "modify_ldt", "move_pages",
		"name_to_handle_at", "process_madvise", "set_mempolicy",
		"set_mempolicy_home_node" };
	const struct denied_call *c;
	size_t found = 0;

	(void)state;
	for (size_t i = 0; (c = denied_call_at(i)) != NULL; i++) {
		bool may = is_in(c->name, harmless,
		    sizeof(harmless) / sizeof(harmless[0]));

		found += may;
		if (may != (c->why == NULL) ||
		    (may && c->answer != ANSWER_EPERM))
			fail_msg("%s", c->name);
	}
	assert_int_equal(found, sizeof(harmless) / sizeof(harmless[0]));
}

/* A call has one answer: it is denied once, and not allowed besides, unless its
 * arguments are looked into. */
static void
no_call_is_in_the_tables_twice(void **state)
{
	const struct denied_call *c;

	(void)state;
	for (size_t i = 0; (c = denied_call_at(i)) != NULL; i++) {
		assert_ptr_equal(denied_call(c->name), c);
		if (c->answer != ANSWER_ARGUMENTS &&
		    is_in(c->name, calls_allowed.name, calls_allowed.count))
			fail_msg("%s", c->name);
	}
	for (size_t i = 0; i < calls_allowed.count; i++) {
		if (is_in(calls_allowed.name[i], calls_allowed.name, i))
			fail_msg("%s", calls_allowed.name[i]);
	}
	assert_null(denied_call("read"));
}

/* In a child: the errno of each of two calls, under filters with a listener that is
 * answered by the parent. */
static _Noreturn void
call_told(const struct programs *p, int sock)
{
	struct err e;
	int listener = -1;
	char word = 'l';

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    filter_install(&p->allow, &e) == -1 ||
	    filter_install_listening(&p->deny, &listener, &e) == -1 ||
	    rights_send(sock, &word, 1, &listener, 1) == -1)
		_exit(255);
	close(listener);
	close(sock);
	if (syscall(SYS_getppid) <= 0)
		_exit(254);
	if (syscall(SYS_unshare, 0) == -1)
		_exit(253); /* without a namespace it is not told */
	if (syscall(SYS_bpf, 9999, 0, 0) != -1 || errno != EXDEV)
		_exit(252);
	if (syscall(SYS_unshare, CLONE_NEWUSER) != -1 || errno != EXDEV)
		_exit(251);
	/* A second listener there cannot be: nobody inside has one. */
	if (filter_install_listening(&p->deny, &listener, &e) != -1)
		_exit(250);
	_exit(0);
}

static void
answer_one(int listener, long number)
{
	struct seccomp_notif_resp reply = { .error = -EXDEV };
	struct seccomp_notif call;

	memset(&call, 0, sizeof(call));
	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call), 0);
	assert_int_equal(call.data.nr, number);
	reply.id = call.id;
	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply), 0);
}

static void
calls_that_only_probes_make_are_told(void **state)
{
	struct programs p;
	struct rights r;
	struct err e;
	int ends[2], status;
	char word;
	pid_t pid;

	(void)state;
	assert_int_equal(
	    harden_compile(HARDEN_TELL, &none, &p.allow, &p.deny, &e), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	pid = fork();
	if (pid == 0)
		call_told(&p, ends[1]);
	close(ends[1]);
	assert_int_equal(rights_recv(ends[0], &word, 1, 1, &r), 1);
	answer_one(r.fd[0], SYS_bpf);
	answer_one(r.fd[0], SYS_unshare);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	rights_close(&r);
	close(ends[0]);
	filter_free(&p.allow);
	filter_free(&p.deny);
}

/* As when whoever listened has died, or there never was a listener. */
static void
without_a_listener_they_do_not_exist(void **state)
{
	static const struct probe probes[] = {
		{ "mount", SYS_mount, { 1, 1, 1 }, ENOSYS },
		{ "bpf", SYS_bpf, { 9999, 0, 0 }, ENOSYS },
		{ "setns", SYS_setns, { -1UL, 0, 0 }, ENOSYS },
		{ "unshare user", SYS_unshare, { CLONE_NEWUSER }, ENOSYS },
		{ "ptrace", SYS_ptrace, { 9999, 0, 0 }, EPERM },
		{ "keyctl", SYS_keyctl, { 9999, 0, 0 }, ENOSYS },
	};
	struct programs p;
	struct err e;

	(void)state;
	assert_int_equal(
	    harden_compile(HARDEN_TELL, &none, &p.allow, &p.deny, &e), 0);
	EXPECT(&p, probes);
	filter_free(&p.allow);
	filter_free(&p.deny);
}

/* Of every kind of lab, with a call added and without. */
static void
shorter_programs_answer_the_same(void **state)
{
	struct ids one = { .count = 1 };

	(void)state;
	one.id[0] = SYS_mbind;
	for (unsigned lab = 0; lab < 2 * HARDEN_TELL; lab++) {
		const struct ids *calls = lab % 2 == 0 ? &none : &one;
		struct filter allow, deny, short_allow, short_deny;
		struct err e;

		assert_int_equal(harden_rules(lab, calls, &allow, &deny, &e),
		    0);
		assert_int_equal(
		    harden_compile(lab, calls, &short_allow, &short_deny, &e),
		    0);
		assert_true(short_allow.count < allow.count / 2);
		assert_true(short_deny.count < deny.count * 2 / 3);
		filter_assert_same(&allow, &short_allow);
		filter_assert_same(&deny, &short_deny);
		filter_free(&allow);
		filter_free(&deny);
		filter_free(&short_allow);
		filter_free(&short_deny);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dangerous_calls_are_refused),
		cmocka_unit_test(sockets_are_of_four_kinds),
		cmocka_unit_test(terminals_cannot_be_typed_into),
		cmocka_unit_test(ordinary_calls_work),
		cmocka_unit_test(only_a_lab_for_debugging_has_ptrace),
		cmocka_unit_test(
		    a_lab_without_aslr_turns_it_off_and_has_no_ptrace),
		cmocka_unit_test(a_lab_adds_calls_and_nothing_else),
		cmocka_unit_test(
		    a_lab_may_add_filters_and_attributes_of_any_length),
		cmocka_unit_test(a_lab_cannot_add_what_leads_out),
		cmocka_unit_test(labs_may_add_these_of_the_denied_calls),
		cmocka_unit_test(no_call_is_in_the_tables_twice),
		cmocka_unit_test(calls_that_only_probes_make_are_told),
		cmocka_unit_test(without_a_listener_they_do_not_exist),
		cmocka_unit_test(shorter_programs_answer_the_same),
	};

	return cmocka_run_group_tests_name("compile", tests, set_up, tear_down);
}
