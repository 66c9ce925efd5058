/*
 * test_owner.c - the builder's effective id, and a kernel that refuses it.
 *
 * As root, and each test in a process of its own: a filter cannot be taken off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/securebits.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/builder/owner.h"

#define BASE 1879048192U

/* What failed, as the exit status of the process; 0 when nothing did. */
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			return __LINE__ % 250 + 1;                             \
	} while (0)

static int
in_a_process(int (*test)(void))
{
	int status = 0;
	pid_t pid;

	if (geteuid() != 0)
		skip();
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(test());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status)); /* an abort is a signal */
	return WEXITSTATUS(status);
}

/* From now on the kernel has no memory for that call, with that argument. */
static int
refuse(int call, struct scmp_arg_cmp argument)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (filter == NULL)
		return -1;
	if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOMEM), call, 1,
		&argument) != 0 ||
	    seccomp_load(filter) != 0)
		return -1;
	seccomp_release(filter);
	return 0;
}

static int
there_and_back(void)
{
	struct err e;

	CHECK(owner_become(BASE, &e) == 0);
	CHECK(geteuid() == BASE && getuid() == 0);
	CHECK(prctl(PR_GET_SECUREBITS) == SECBIT_NO_SETUID_FIXUP);
	CHECK(prctl(PR_GET_DUMPABLE) == 1);
	CHECK(owner_return(&e) == 0);
	CHECK(geteuid() == 0 && prctl(PR_GET_SECUREBITS) == 0);
	CHECK(prctl(PR_GET_DUMPABLE) == 1);
	CHECK(owner_return(&e) == 0); /* once more does no harm */
	return 0;
}

static int
no_other_id(void)
{
	struct err e;

	CHECK(refuse(SCMP_SYS(setresuid), SCMP_A1(SCMP_CMP_EQ, BASE)) == 0);
	CHECK(owner_become(BASE, &e) == -1);
	CHECK(e.code == ENOMEM && strstr(e.text, "1879048192") != NULL);
	CHECK(geteuid() == 0);
	CHECK(owner_return(&e) == 0);
	CHECK(prctl(PR_GET_SECUREBITS) == 0);
	return 0;
}

static int
no_secure_bits(void)
{
	struct err e;

	CHECK(refuse(SCMP_SYS(prctl),
		  SCMP_A0(SCMP_CMP_EQ, PR_SET_SECUREBITS)) == 0);
	CHECK(owner_become(BASE, &e) == -1);
	CHECK(e.code == ENOMEM && strstr(e.text, "secure bits") != NULL);
	CHECK(geteuid() == 0 && prctl(PR_GET_SECUREBITS) == 0);
	return 0;
}

static int
no_way_back(void)
{
	struct err e;

	CHECK(owner_become(BASE, &e) == 0);
	CHECK(refuse(SCMP_SYS(setresuid), SCMP_A1(SCMP_CMP_EQ, 0)) == 0);
	CHECK(owner_return(&e) == -1);
	CHECK(e.code == ENOMEM && geteuid() == BASE);
	return 0;
}

static void
the_builder_takes_an_id_and_is_root_again(void **state)
{
	(void)state;
	assert_int_equal(in_a_process(there_and_back), 0);
}

static void
an_id_that_is_refused_is_an_error_and_no_abort(void **state)
{
	(void)state;
	assert_int_equal(in_a_process(no_other_id), 0);
	assert_int_equal(in_a_process(no_secure_bits), 0);
	assert_int_equal(in_a_process(no_way_back), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_builder_takes_an_id_and_is_root_again),
		cmocka_unit_test(
		    an_id_that_is_refused_is_an_error_and_no_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
