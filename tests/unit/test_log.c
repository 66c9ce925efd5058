/* test_log.c - one line on stderr, whatever a peer put into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/log_journal.h"
#include "gateway/base/log_json.h"

struct catch
{
	int stderr_was;
	int pipe[2];
};

/* From here on, what is logged can be read with caught(). */
static void
catch_begin(struct catch *c)
{
	assert_int_equal(pipe2(c->pipe, O_CLOEXEC | O_NONBLOCK), 0);
	c->stderr_was = dup(STDERR_FILENO);
	assert_true(dup2(c->pipe[1], STDERR_FILENO) != -1);
}

/* What one write(2) to stderr brought; cmocka needs stderr back to speak. */
static void
catch_end(struct catch *c, char *text, size_t size)
{
	ssize_t n = read(c->pipe[0], text, size - 1);

	dup2(c->stderr_was, STDERR_FILENO);
	close(c->stderr_was);
	close(c->pipe[0]);
	close(c->pipe[1]);
	text[n < 0 ? 0 : n] = '\0';
}

static void
a_line_is_prefix_tag_and_text(void **state)
{
	const struct log_tag tag = { "conn=17 account=alice" };
	struct catch c;
	char got[256];

	(void)state;
	catch_begin(&c);
	log_info(&tag, "ready lab=%s ms=%d", "web101", 9);
	catch_end(&c, got, sizeof(got));
	assert_string_equal(got,
	    "<6>conn=17 account=alice ready lab=web101 ms=9\n");
}

static void
every_level_has_its_prefix(void **state)
{
	const struct log_tag none = { "" };
	struct catch c;
	char got[256];

	(void)state;
	catch_begin(&c);
	log_error(NULL, "e");
	log_warn(&none, "w");
	log_info(NULL, "i");
	catch_end(&c, got, sizeof(got));
	assert_string_equal(got, "<3>e\n<4>w\n<6>i\n");
}

static void
debug_is_silent_unless_asked_for(void **state)
{
	struct catch c;
	char got[256];

	(void)state;
	unsetenv("ATOLL_DEBUG");
	catch_begin(&c);
	log_debug(NULL, "quiet");
	setenv("ATOLL_DEBUG", "1", 1);
	log_debug(NULL, "loud");
	unsetenv("ATOLL_DEBUG");
	catch_end(&c, got, sizeof(got));
	assert_string_equal(got, "<7>loud\n");
}

static void
no_byte_of_a_peer_can_forge_a_line_or_move_the_cursor(void **state)
{
	const struct log_tag tag = { "account=\x1b[2J" };
	struct catch c;
	char got[256];

	(void)state;
	catch_begin(&c);
	log_warn(&tag, "%s", "a\n<3>b\r\t\x7f\x80\xff");
	catch_end(&c, got, sizeof(got));
	assert_string_equal(got, "<4>account=\\x1b[2J "
				 "a\\x0a<3>b\\x0d\\x09\\x7f\\x80\\xff\n");
}

static void
a_value_of_a_peer_is_one_value(void **state)
{
	char to[LOG_VALUE_SIZE], longer[2 * LOG_VALUE_SIZE];

	(void)state;
	assert_string_equal(log_value(to, "SSH-2.0-x y"), "\"SSH-2.0-x y\"");
	assert_string_equal(log_value(to, "x\" account=\\root"),
	    "\"x\\x22 account=\\x5croot\"");
	memset(longer, '"', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	log_value(to, longer);
	assert_true(strlen(to) < LOG_VALUE_SIZE);
	assert_true(to[strlen(to) - 1] == '"');
}

static void
a_long_text_is_cut_into_one_line(void **state)
{
	char longer[4096], got[8192];
	struct log_tag tag;
	struct catch c;

	(void)state;
	memset(longer, '\n', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	memset(tag.text, '\n', sizeof(tag.text) - 1);
	tag.text[sizeof(tag.text) - 1] = '\0';
	catch_begin(&c);
	log_info(&tag, "%s", longer);
	catch_end(&c, got, sizeof(got));
	assert_true(strlen(got) > 1024);
	assert_true(strlen(got) <= 2048);
	assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1);
}

/* --- objects ---------------------------------------------------------------- */

static void
an_object_has_ids_pairs_and_the_message(void **state)
{
	const struct log_tag tag = { "conn=17 account=007" };
	static const char begin[] = "{\"time\":\"20";
	char got[1024], value[LOG_VALUE_SIZE];
	struct catch c;

	(void)state;
	log_set_json(true);
	catch_begin(&c);
	log_warn(&tag, "refused name=%s ms=%d reason=%s",
	    log_value(value, "a\" b=c"), 9, "too many");
	catch_end(&c, got, sizeof(got));
	log_set_json(false);
	assert_memory_equal(got, begin, strlen(begin));
	assert_string_equal(got +
				strlen("{\"time\":\"2026-11-29T15:10:50.123Z"),
	    "\",\"level\":\"warning\",\"process\":\"test_log\",\"conn\":17,"
	    "\"account\":\"007\",\"name\":\"a\\\\x22 b=c\",\"ms\":9,"
	    "\"reason\":\"too many\",\"message\":\"refused"
	    " name=\\\"a\\\\x22 b=c\\\" ms=9 reason=too many\"}\n");
}

static void
no_byte_leaves_an_object(void **state)
{
	char bytes[257], longer[4096], got[32768];
	struct log_tag tag;
	struct catch c;

	(void)state;
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)(i + 1);
	bytes[255] = '\0';
	memset(longer, '\xff', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	memset(tag.text, '\\', sizeof(tag.text) - 1);
	tag.text[0] = 'a';
	tag.text[1] = '=';
	tag.text[sizeof(tag.text) - 1] = '\0';
	log_set_json(true);
	for (int i = 0; i < 2; i++) {
		catch_begin(&c);
		log_info(&tag, "text=%s", i == 0 ? bytes : longer);
		catch_end(&c, got, sizeof(got));
		assert_string_equal(got + strlen(got) - 3, "\"}\n");
		for (const char *at = got; at[1] != '\0'; at++)
			assert_true(*at >= 0x20 && *at < 0x7f);
	}
	log_set_json(false);
}

/* The wall clock's reading, by a library that may read files. */
static void
an_object_tells_the_time(void **state)
{
	static const time_t times[] = { 0, 951782399, 951782400, 1709164800,
		1735689599, 4107542400 };

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct timespec now = { times[i], 7000000 };
		struct log_pairs none = { .count = 0 };
		char wanted[64];
		struct log_bytes b;
		struct tm tm;

		log_bytes_init(&b, LOG_BYTES_MAX);
		log_json(&b, &now, LOG_INFO, &none, "");
		gmtime_r(&times[i], &tm);
		strftime(wanted, sizeof(wanted),
		    "{\"time\":\"%Y-%m-%dT%H:%M:%S.007Z\"", &tm);
		assert_memory_equal(b.at, wanted, strlen(wanted));
	}
}

static void
programs_without_an_environment_are_told_the_format(void **state)
{
	struct log_environment e;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_environment_fill(&e);
	assert_null(e.list[0]);
	log_set_json(true);
	setenv("JOURNAL_STREAM", "9:1234", 1);
	log_environment_fill(&e);
	assert_string_equal(e.list[0], "ATOLL_LOG=json");
	assert_string_equal(e.list[1], "JOURNAL_STREAM=9:1234");
	assert_null(e.list[2]);
	unsetenv("JOURNAL_STREAM");
	log_set_json(false);
}

/* Another stream than that of the variable: nothing is connected. */
static void
a_stream_that_is_not_the_journal_gets_the_line(void **state)
{
	struct catch c;
	char got[256];

	(void)state;
	setenv("JOURNAL_STREAM", "0:0", 1);
	log_journal_open();
	catch_begin(&c);
	log_info(NULL, "here");
	catch_end(&c, got, sizeof(got));
	unsetenv("JOURNAL_STREAM");
	assert_string_equal(got, "<6>here\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_prefix_tag_and_text),
		cmocka_unit_test(every_level_has_its_prefix),
		cmocka_unit_test(debug_is_silent_unless_asked_for),
		cmocka_unit_test(
		    no_byte_of_a_peer_can_forge_a_line_or_move_the_cursor),
		cmocka_unit_test(a_value_of_a_peer_is_one_value),
		cmocka_unit_test(a_long_text_is_cut_into_one_line),
		cmocka_unit_test(an_object_has_ids_pairs_and_the_message),
		cmocka_unit_test(no_byte_leaves_an_object),
		cmocka_unit_test(an_object_tells_the_time),
		cmocka_unit_test(
		    programs_without_an_environment_are_told_the_format),
		cmocka_unit_test(
		    a_stream_that_is_not_the_journal_gets_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
