/*
 * test_config_table.c - every option is documented where people look.
 *
 * Runs at the top of the tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/config/config_table.h"

#define PAGE  "configs/atoll.conf.5"
#define FILES "configs/atoll.conf", "configs/labs/example.conf"

static char *
read_all(const char *path, char *to, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		fail_msg("%s is missing", path);
	n = fread(to, 1, size - 1, f);
	assert_true(n < size - 1); /* all of it */
	to[n] = '\0';
	fclose(f);
	return to;
}

static void
expect_in(const char *text, const char *file, const struct option *options,
    size_t count, const char *format)
{
	for (size_t i = 0; i < count; i++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted), format, options[i].name);
		if (strstr(text, wanted) == NULL)
			fail_msg("%s says nothing of %s", file,
			    options[i].name);
	}
}

static void
every_option_is_in_the_manual_page(void **state)
{
	static char text[262144];

	(void)state;
	read_all(PAGE, text, sizeof(text));
	expect_in(text, PAGE, site_options, site_file_option_count,
	    ".It Cm %s\n");
	expect_in(text, PAGE, lab_options + LAB_OPTIONS_INLINE,
	    lab_option_count - LAB_OPTIONS_INLINE, ".It Cm %s\n");
}

static void
every_option_is_in_the_sample_files(void **state)
{
	static const char *const files[] = { FILES };
	static char text[262144];

	(void)state;
	read_all(files[0], text, sizeof(text));
	expect_in(text, files[0], site_options, site_file_option_count,
	    "%s = ");
	read_all(files[1], text, sizeof(text));
	expect_in(text, files[1], lab_options + LAB_OPTIONS_INLINE,
	    lab_option_count - LAB_OPTIONS_INLINE, "%s = ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_in_the_manual_page),
		cmocka_unit_test(every_option_is_in_the_sample_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
