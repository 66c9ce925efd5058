/*
 * driver.c - atoll-builder and atoll-init between a played monitor, a played
 * loader and a played session: see peers.h.
 *
 * The two programs and the sandboxes are real; the image is busybox.  The
 * builder runs this program as its loader ("-c FILE -b", or "-t"): FILE's one
 * word says which plans it tells.  "driver bench" prints timings instead of testing.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/sandbox/tests.h"
#include "tests/sandbox/timings.h"

static int
set_up(void **state)
{
	*state = fixture_new();
	return 0;
}

static int
tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

static int
test_all(void)
{
	static struct CMUnitTest tests[128];
	size_t count = 0;

#define X(name)                                                                \
	if (name##_test_count > sizeof(tests) / sizeof(tests[0]) - count)      \
		die("too many tests");                                         \
	memcpy(tests + count, name##_tests,                                    \
	    sizeof(tests[0]) * name##_test_count);                             \
	count += name##_test_count;
	TESTS(X)
#undef X
	return _cmocka_run_group_tests("sandbox", tests, count, set_up,
	    tear_down);
}

int
main(int argc, char **argv)
{
	void *state = NULL;

	if (argc >= 4 && strcmp(argv[1], "-c") == 0)
		return strcmp(argv[3], "-t") == 0 ? play_check(argv[2])
						  : play_loader(argv[2]);
	if (getenv("ATOLL_BUILD") == NULL)
		setenv("ATOLL_BUILD", "build", 1);
	if (argc == 2 && strcmp(argv[1], "bench") == 0) {
		set_up(&state);
		bench(state);
		return tear_down(&state);
	}
	return test_all();
}
