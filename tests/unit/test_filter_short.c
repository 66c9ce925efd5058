/* test_filter_short.c - programs that are made shorter.  Those of a sandbox are in
 * test_compile.c. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "gateway/base/array.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/base/filter_short.h"
#include "tests/unit/filter_same.h"

#define LOAD(k)		  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (k))
#define MASK(k)		  BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (k))
#define JUMP(op, k, t, f) BPF_JUMP(BPF_JMP | (op) | BPF_K, (k), (t), (f))
#define ANSWER(k)	  BPF_STMT(BPF_RET | BPF_K, (k))

static void
shorten_and_compare(struct filter *f)
{
	struct filter before = filter_copy(f);

	f->count = filter_shorten(f->insns, f->count);
	assert_true(f->count < before.count);
	filter_assert_same(&before, f);
	filter_free(&before);
}

static void
a_jail_of_ours_answers_the_same(void **state)
{
	static const char *const calls[] = { FILTER_RUNTIME_CALLS, "read",
		"write", "poll" };
	static const char *const deadly[] = { "execve", "ptrace" };
	static const struct filter_clear clear[] = { { "mmap", 2, PROT_EXEC },
		{ "mprotect", 2, PROT_EXEC } };
	static const struct filter_value values[] = {
		{ "socket", 0, 1 },
		{ "socket", 0, 2 },
		{ "fcntl", 1, UINT64_C(0x100000003) },
	};
	struct err e;
	scmp_filter_ctx ctx = filter_begin(SCMP_ACT_ERRNO(ENOSYS), &e);
	struct filter f;

	(void)state;
	assert_non_null(ctx);
	assert_int_equal(
	    filter_add(ctx, SCMP_ACT_ALLOW, calls, COUNT_OF(calls), &e), 0);
	assert_int_equal(filter_add(ctx, SCMP_ACT_KILL_PROCESS, deadly,
			     COUNT_OF(deadly), &e),
	    0);
	assert_int_equal(filter_allow_clear(ctx, clear, COUNT_OF(clear), &e),
	    0);
	assert_int_equal(filter_allow_value(ctx, values, COUNT_OF(values), &e),
	    0);
	assert_int_equal(filter_export(ctx, &f, &e), 0);
	seccomp_release(ctx);
	shorten_and_compare(&f);
	filter_free(&f);
}

/* libseccomp gives each its own instruction: more than a jump of 255 can pass. */
static void
targets_that_are_far_are_reached(void **state)
{
	struct err e;
	scmp_filter_ctx ctx = filter_begin(SCMP_ACT_ALLOW, &e);
	struct filter f;

	(void)state;
	assert_non_null(ctx);
	for (int call = 0; call < 640; call++)
		assert_int_equal(seccomp_rule_add(ctx,
				     SCMP_ACT_ERRNO(1 + call % 5), call, 0),
		    0);
	assert_int_equal(filter_export(ctx, &f, &e), 0);
	seccomp_release(ctx);
	shorten_and_compare(&f);
	filter_free(&f);
}

/* One test for all bits would be right only where all lead to the same place. */
static void
bits_that_lead_elsewhere_stay_apart(void **state)
{
	struct sock_filter insns[] = { LOAD(4), JUMP(BPF_JEQ, 0xc000003e, 1, 0),
		ANSWER(7), LOAD(0), JUMP(BPF_JEQ, 5, 0, 15), LOAD(16),
		MASK(0x10), JUMP(BPF_JEQ, 0x10, 10, 0),		 /* 1 */
		LOAD(16), MASK(0x20), JUMP(BPF_JEQ, 0x20, 8, 0), /* 2 */
		LOAD(16), MASK(0x20), JUMP(BPF_JEQ, 0x20, 4, 0), /* 1 */
		LOAD(16), MASK(0x41), JUMP(BPF_JEQ, 0x40, 1, 2), /* 1 */
		ANSWER(9), ANSWER(1), ANSWER(2), ANSWER(3) };
	struct filter f = { insns, COUNT_OF(insns) };

	(void)state;
	shorten_and_compare(&f);
}

static void
what_is_not_understood_stays(void **state)
{
	struct sock_filter insns[] = { LOAD(4), JUMP(BPF_JEQ, 0xc000003e, 1, 0),
		ANSWER(7), LOAD(0), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
		JUMP(BPF_JEQ, 5, 0, 0), ANSWER(9) };
	struct filter f = { insns, COUNT_OF(insns) };
	struct filter before = filter_copy(&f);

	(void)state;
	assert_int_equal(filter_shorten(f.insns, f.count), before.count);
	assert_memory_equal(f.insns, before.insns, sizeof(insns));
	filter_free(&before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jail_of_ours_answers_the_same),
		cmocka_unit_test(targets_that_are_far_are_reached),
		cmocka_unit_test(bits_that_lead_elsewhere_stay_apart),
		cmocka_unit_test(what_is_not_understood_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
