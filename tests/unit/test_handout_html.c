/* test_handout_html.c - handouts, as a browser gets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/account/handout_pages.h"

static char *
page_of(unsigned count, unsigned per_sheet, const char *title)
{
	static char name[] = "ann-lee", full_name[] = "Ann <b> & \"Lee\"";
	static char password[] = "k7fw-9dq2-xm4t", groups[] = "", key[] = "";
	struct handout h = { .host = "lab-gw-01.long-name.example.org",
		.port = 2222,
		.fingerprints = "SHA256:abcdefghijklmn/+pq (ED25519)\n"
				"SHA256:zyxw (RSA)",
		.title = title,
		.per_sheet = per_sheet };
	struct person at[16];
	struct people p = { .at = at, .count = count };
	char *got = NULL;
	size_t size;
	FILE *f = open_memstream(&got, &size);

	for (unsigned i = 0; i < count; i++)
		at[i] = (struct person){ .name = name,
			.full_name = full_name,
			.groups = groups,
			.key = key,
			.password = password };
	assert_non_null(f);
	handout_html(f, &h, &p);
	fclose(f);
	return got;
}

static unsigned
count_of(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void
a_sheet_has_as_many_as_it_was_told(void **state)
{
	char *got = page_of(7, 3, "");

	(void)state;
	assert_int_equal(count_of(got, "<div class=\"sheet"), 3);
	assert_int_equal(count_of(got, "</div>"), 3);
	assert_int_equal(count_of(got, "<section>"), 7);
	free(got);
	got = page_of(2, 1, "");
	assert_int_equal(count_of(got, "<div class=\"sheet\">"), 2);
	free(got);
}

static void
the_title_is_on_each_card_and_means_nothing_to_the_browser(void **state)
{
	char *got = page_of(2, 2, "C & <i>");

	(void)state;
	assert_int_equal(count_of(got, "<p class=\"title\">C &amp; &lt;i&gt;"),
	    2);
	assert_int_equal(count_of(got, "<title>C &amp; &lt;i&gt;</title>"), 1);
	assert_int_equal(
	    count_of(got, "<h1>Ann &lt;b&gt; &amp; &quot;Lee&quot;</h1>"), 2);
	free(got);
	got = page_of(1, 1, "");
	assert_int_equal(count_of(got, "<p class=\"title\">"), 0);
	free(got);
}

static void
a_word_may_break_before_dots_and_never_at_a_hyphen(void **state)
{
	char *got = page_of(1, 1, "");

	(void)state;
	assert_non_null(strstr(got,
	    "<span class=\"word\">ann-lee<wbr>@lab-gw-01<wbr>.long-name"
	    "<wbr>.example<wbr>.org</span>"));
	assert_non_null(
	    strstr(got, "<span class=\"word\">k7fw-9dq2-xm4t</span>"));
	assert_non_null(strstr(got,
	    "SHA256:<wbr>abcdefgh<wbr>ijklmn/+<wbr>pq</span> <span"));
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sheet_has_as_many_as_it_was_told),
		cmocka_unit_test(
		    the_title_is_on_each_card_and_means_nothing_to_the_browser),
		cmocka_unit_test(
		    a_word_may_break_before_dots_and_never_at_a_hyphen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
