/*
 * replay.c - run the files of a corpus through a fuzz target, each as a test.
 *
 * usage: X CORPUS
 *
 * A finding ends the program, which tests/run counts as a failure; the last
 * name on stderr is the file that made it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define FILES_MAX 4096

static void
input_is_harmless(void **state)
{
	const char *path = *state;
	FILE *f = fopen(path, "re");
	struct stat st;
	uint8_t *data;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	/* As large as the input: one byte beyond is the sanitizer's. */
	data = malloc((size_t)st.st_size + (st.st_size == 0));
	assert_non_null(data);
	assert_int_equal(fread(data, 1, (size_t)st.st_size, f), st.st_size);
	fclose(f);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
	free(data);
}

static int
is_input(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	static struct CMUnitTest tests[FILES_MAX];
	struct dirent **found;
	size_t count = 0;
	int n = argc == 2 ? scandir(argv[1], &found, is_input, alphasort) : -1;
	int failed;

	if (n <= 0 || n > FILES_MAX) {
		fprintf(stderr, "usage: %s CORPUS (%s)\n", argv[0],
		    n == -1 ? strerror(errno) : "no files, or too many");
		return 2;
	}
	for (int i = 0; i < n; i++) {
		char *path;

		if (asprintf(&path, "%s/%s", argv[1], found[i]->d_name) == -1)
			abort();
		free(found[i]);
		tests[count++] = (struct CMUnitTest){ .name = path,
			.test_func = input_is_harmless,
			.initial_state = path };
	}
	free(found);
	failed = _cmocka_run_group_tests("fuzz", tests, count, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		free(tests[i].initial_state);
	return failed;
}
