/* test_lab_socket.c - what is a request of the student's lab program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sandbox/init/lab_socket.h"

static char bytes[sizeof(struct lab_request) + LAB_WORDS_MAX + 1];

static size_t
request(uint32_t command, const char *words, size_t size)
{
	const struct lab_request r = { LAB_VERSION, command, 0 };

	memcpy(bytes, &r, sizeof(r));
	memcpy(bytes + sizeof(r), words, size);
	return sizeof(r) + size;
}

static bool
is_request(uint32_t command, const char *words, size_t size)
{
	size_t n = request(command, words, size);
	struct lab_request r;

	return lab_socket_read_request(bytes, n, &r);
}

static void
words_end_with_a_nul_and_come_where_they_are_wanted(void **state)
{
	(void)state;
	assert_true(is_request(LAB_COMMAND_HELP, "", 0));
	assert_true(is_request(LAB_COMMAND_PASSWD, "old\0new", 8));
	assert_true(is_request(LAB_COMMAND_KEY_ADD, "", 1));
	assert_true(is_request(LAB_COMMAND_LINK, "gate\0dmz", 9));
	assert_false(is_request(LAB_COMMAND_PASSWD, "old\0new", 7));
	assert_false(is_request(LAB_COMMAND_HELP, "x", 2));
	assert_false(is_request(LAB_COMMAND_EXPORT, "x", 2));
	assert_false(is_request(LAB_COMMANDS, "", 0));
}

static void
more_than_the_most_is_no_request(void **state)
{
	size_t n = request(LAB_COMMAND_PASSWD, "", 0);
	struct lab_request r;

	(void)state;
	memset(bytes + n, 'x', LAB_WORDS_MAX + 1);
	bytes[n + LAB_WORDS_MAX - 1] = '\0';
	bytes[n + LAB_WORDS_MAX] = '\0';
	assert_true(lab_socket_read_request(bytes, n + LAB_WORDS_MAX, &r));
	assert_false(lab_socket_read_request(bytes, n + LAB_WORDS_MAX + 1, &r));
}

static void
words_are_taken_one_by_one_until_there_is_none(void **state)
{
	struct lab_client c = { .words = "old\0\0new", .words_size = 9 };

	(void)state;
	assert_string_equal(lab_client_word(&c), "old");
	assert_string_equal(lab_client_word(&c), "");
	assert_string_equal(lab_client_word(&c), "new");
	assert_null(lab_client_word(&c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    words_end_with_a_nul_and_come_where_they_are_wanted),
		cmocka_unit_test(more_than_the_most_is_no_request),
		cmocka_unit_test(
		    words_are_taken_one_by_one_until_there_is_none),
	};

	return cmocka_run_group_tests_name("lab_socket", tests, NULL, NULL);
}
