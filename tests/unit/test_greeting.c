/* test_greeting.c - the placeholders of a banner or motd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/config/greeting.h"

static const struct lab lab = { .name = "c101",
	.title = "C: %account",
	.user = "student",
	.hostname = "islet",
	.memory = 256 << 20,
	.cpus = 50,
	.disk = 1500,
	.inodes = 64,
	.pids = 8,
	.idle_limit = 90 };
static const struct greeting_facts facts = { .lab = &lab,
	.account = "alice",
	.seconds_left = 7200 };

static void
expect(const char *text, const char *expected)
{
	char got[LINE_SIZE];

	greeting_write(text, &facts, got);
	assert_string_equal(got, expected);
}

static void
placeholders_are_replaced_once(void **state)
{
	(void)state;
	expect("%account in %lab", "alice in c101");
	expect("%title", "C: %account");
	expect("%memory %cpus %disk %inodes %pids", "256M 0.5 1500 64 8");
	expect("%time_limit, %time_left, %idle_limit, %until",
	    "no limit, 2 hours, 1 minute 30 seconds, no end");
	expect("%user@%hostname", "student@islet");
}

static void
the_end_of_a_lab_names_its_zone(void **state)
{
	struct lab closing = lab;
	const struct greeting_facts then = { .lab = &closing,
		.account = "alice" };
	char got[LINE_SIZE];

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	closing.until = 1782889200;
	greeting_write("%until", &then, got);
	assert_string_equal(got, "2026-07-01 09:00 CEST");
}

static void
other_percent_signs_stay(void **state)
{
	(void)state;
	expect("100%", "100%");
	expect("5 % of", "5 % of");
	expect("%%lab", "%lab");
	expect("%labs %LAB", "%labs %LAB");
	expect("", "");
}

static void
what_is_too_long_is_cut(void **state)
{
	char text[GREETING_MAX + 1] = "", got[LINE_SIZE];

	(void)state;
	while (strlen(text) + strlen("%time_left") <= GREETING_MAX)
		strcat(text, "%time_left");
	greeting_write(text, &facts, got);
	assert_int_equal(strlen(got), 400 * strlen("2 hours"));
	for (size_t i = 0; i + 5 < sizeof(text); i += 5)
		memcpy(text + i, "%user", 5);
	text[GREETING_MAX] = '\0';
	greeting_write(text,
	    &(struct greeting_facts){
		.lab = &(struct lab){ .user = "a name that is rather long" } },
	    got);
	assert_int_equal(strlen(got), LINE_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placeholders_are_replaced_once),
		cmocka_unit_test(the_end_of_a_lab_names_its_zone),
		cmocka_unit_test(other_percent_signs_stay),
		cmocka_unit_test(what_is_too_long_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
