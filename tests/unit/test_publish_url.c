/* test_publish_url.c - the url of what seats publish. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/publish_url.h"

static void
test_good(void **state)
{
	struct publish_url u;
	char origin[PUBLISH_ORIGIN_SIZE];
	struct err e;

	(void)state;
	assert_int_equal(
	    publish_url_parse(&u, "https://*.labs.example.org", &e), 0);
	assert_true(u.is_secure);
	assert_string_equal(u.suffix, ".labs.example.org");
	assert_string_equal(u.port, "");
	publish_url_origin(&u, "web-a-b.labs.example.org", origin);
	assert_string_equal(origin, "https://web-a-b.labs.example.org");
	assert_int_equal(publish_url_parse(&u, "http://*.localhost:9200", &e),
	    0);
	assert_false(u.is_secure);
	publish_url_origin(&u, "web-a-b.localhost", origin);
	assert_string_equal(origin, "http://web-a-b.localhost:9200");
}

static void
test_bad(void **state)
{
	static const char *const texts[] = { "", "*.labs.example.org",
		"https://labs.example.org", "https://*", "https://*.",
		"https://*.a..b", "https://*.a.", "https://*.A.org",
		"https://*.a.org/", "https://*.a.org:443",
		"https://*.a.org:", "https://*.a.org:0",
		"https://*.a.org:65536", "https://*.a.org:80x",
		"http://*.labs.example.org", "http://*.notlocalhost",
		"http://*.localhost:80", "ftp://*.a.org" };
	struct publish_url u;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err e = { 0 };

		assert_int_equal(publish_url_parse(&u, texts[i], &e), -1);
		assert_string_not_equal(e.text, "");
	}
}

static void
test_has(void **state)
{
	struct publish_url u;
	struct err e;

	(void)state;
	assert_int_equal(publish_url_parse(&u, "https://*.a.org", &e), 0);
	assert_true(publish_url_has(&u, "web-alice-c101.a.org"));
	assert_false(publish_url_has(&u, "a.org"));
	assert_false(publish_url_has(&u, ".a.org"));
	assert_false(publish_url_has(&u, "x.y.a.org"));
	assert_false(publish_url_has(&u, "x.a.org."));
	assert_false(publish_url_has(&u, "x.a.orgy"));
	assert_false(publish_url_has(&u, "X.a.org"));
	assert_false(publish_url_has(&u,
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    ".a.org"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
