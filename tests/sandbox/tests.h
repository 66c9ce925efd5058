/* tests.h - the tests of the driver, in the order in which they run. */
#ifndef ATOLL_TESTS_SANDBOX_TESTS_H
#define ATOLL_TESTS_SANDBOX_TESTS_H

#include "tests/sandbox/peers.h"

#define TESTS(X)                                                               \
	X(running) X(inside) X(limits) X(warm) X(spare) X(upgrade) X(life)

#define X(name)                                                                \
	extern const struct CMUnitTest name##_tests[];                         \
	extern const size_t name##_test_count;
TESTS(X)
#undef X

#endif
