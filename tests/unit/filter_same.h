/* filter_same.h - do two seccomp programs answer the same?  By running both. */
#ifndef ATOLL_TESTS_UNIT_FILTER_SAME_H
#define ATOLL_TESTS_UNIT_FILTER_SAME_H

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/filter.h"

#define CALLS_TRIED  700 /* there are fewer */
#define TRIES_A_CALL 150

/* What the kernel would do with the program; its jumps lead forward. */
static inline uint32_t
filter_answer(const struct filter *f, const struct seccomp_data *call)
{
	uint32_t a = 0;

	for (unsigned pc = 0; pc < f->count; pc++) {
		const struct sock_filter *i = &f->insns[pc];
		int is_true = 0;

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)call + i->k, sizeof(a));
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			continue;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			is_true = a == i->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			is_true = a > i->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			is_true = a >= i->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			is_true = (a & i->k) != 0;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			fail_msg("instruction %u is none of ours", pc);
		}
		pc += is_true ? i->jt : i->jf;
	}
	fail_msg("a program that runs over its end");
	return 0;
}

/* The same numbers in each run. */
static inline uint32_t
filter_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(*seed >> 32);
}

/* A word that the program looks at, or next to that, or any. */
static inline uint32_t
filter_word(const struct filter *f, uint64_t *seed)
{
	uint32_t k = f->insns[filter_random(seed) % f->count].k;

	switch (filter_random(seed) % 8) {
	case 0:
		return k + 1;
	case 1:
		return k - 1;
	case 2:
		return ~k;
	case 3:
		return k | f->insns[filter_random(seed) % f->count].k;
	case 4:
		return filter_random(seed);
	case 5:
		return 0;
	default:
		return k;
	}
}

static inline void
filter_try_same(const struct filter *one, const struct filter *other,
    uint32_t number, uint32_t arch, uint64_t *seed)
{
	struct seccomp_data call = { .nr = (int)number, .arch = arch };

	for (int i = 0; i < 6; i++) {
		uint32_t high =
		    filter_random(seed) % 3 != 0 ? 0 : filter_word(one, seed);

		call.args[i] = (uint64_t)high << 32 | filter_word(one, seed);
	}
	assert_int_equal(filter_answer(one, &call),
	    filter_answer(other, &call));
}

static inline void
filter_assert_same(const struct filter *one, const struct filter *other)
{
	static const uint32_t odd[] = { 0x3fffffff, 0x40000000, 0x40000001,
		0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	uint64_t seed = 1;
	uint32_t arch = one->insns[1].k;

	for (uint32_t number = 0; number < CALLS_TRIED; number++) {
		for (int i = 0; i < TRIES_A_CALL; i++)
			filter_try_same(one, other, number, arch, &seed);
		filter_try_same(one, other, number, AUDIT_ARCH_I386, &seed);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		for (int n = 0; n < TRIES_A_CALL; n++)
			filter_try_same(one, other, odd[i], arch, &seed);
	}
}

static inline struct filter
filter_copy(const struct filter *f)
{
	struct filter copy = { malloc(f->count * sizeof(*f->insns)), f->count };

	assert_non_null(copy.insns);
	memcpy(copy.insns, f->insns, f->count * sizeof(*f->insns));
	return copy;
}

#endif
