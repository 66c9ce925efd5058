/*
 * test_secret.c - a key that is made once, and secrets that follow from it.
 *
 * As root: the key must be root's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/monitor/seats/secret.h"

static int
set_up(void **state)
{
	static char dir[64];

	if (geteuid() != 0)
		skip();
	strcpy(dir, "/tmp/atoll-test-secret-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	*state = dir;
	return 0;
}

static int
tear_down(void **state)
{
	unlink("state/secret.key");
	rmdir("state");
	assert_int_equal(chdir("/"), 0);
	return rmdir(*state);
}

static void
is_refused(const char *why)
{
	struct secret s;
	struct err e;

	assert_int_equal(secret_open(&s, "state", &e), -1);
	assert_non_null(strstr(e.text, why));
}

static void
a_key_is_made_once(void **state)
{
	struct secret a, b;
	struct stat st;
	struct err e;

	(void)state;
	assert_int_equal(secret_open(&a, "state", &e), 0);
	assert_int_equal(stat("state/secret.key", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(secret_open(&b, "state", &e), 0);
	assert_memory_equal(a.key, b.key, sizeof(a.key));
}

static void
two_sites_have_two_keys(void **state)
{
	struct secret a, b;
	struct err e;

	(void)state;
	assert_int_equal(secret_open(&a, "state", &e), 0);
	assert_int_equal(unlink("state/secret.key"), 0);
	assert_int_equal(secret_open(&b, "state", &e), 0);
	assert_memory_not_equal(a.key, b.key, sizeof(a.key));
}

static void
a_key_that_others_may_read_is_refused(void **state)
{
	struct secret s;
	struct err e;

	(void)state;
	assert_int_equal(secret_open(&s, "state", &e), 0);
	assert_int_equal(chmod("state/secret.key", 0640), 0);
	is_refused("not root's alone");
	assert_int_equal(chmod("state/secret.key", 0600), 0);
	assert_int_equal(chown("state/secret.key", 1000, 0), 0);
	is_refused("not root's alone");
}

static void
half_a_key_is_refused(void **state)
{
	struct secret s;
	struct err e;

	(void)state;
	assert_int_equal(secret_open(&s, "state", &e), 0);
	assert_int_equal(truncate("state/secret.key", 16), 0);
	is_refused("not a key of 32 bytes");
}

/* The flags that students have were made of it. */
static void
a_lost_key_is_not_made_anew(void **state)
{
	struct secret s;
	struct err e;

	(void)state;
	assert_int_equal(secret_open(&s, "state", &e), 0);
	assert_int_equal(unlink("state/secret.key"), 0);
	close(open("state/atoll.db", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	is_refused("secret.key is lost, and atoll.db is there: restore it");
	assert_int_equal(access("state/secret.key", F_OK), -1);
	assert_int_equal(unlink("state/atoll.db"), 0);
}

static void
a_link_is_no_key(void **state)
{
	(void)state;
	assert_int_equal(mkdir("state", 0755), 0);
	assert_int_equal(symlink("/etc/hostname", "state/secret.key"), 0);
	is_refused("secret.key: ");
}

/* As python3 has it: hmac.new(bytes(range(32)), b"alice\0ctf", "sha256"). */
static void
a_secret_is_an_hmac(void **state)
{
	struct secret s;
	char hex[SECRET_HEX_SIZE];
	struct err e;

	(void)state;
	for (int i = 0; i < SECRET_KEY_SIZE; i++)
		s.key[i] = (unsigned char)i;
	assert_int_equal(secret_of_seat(&s, "alice", "ctf", hex, &e), 0);
	assert_string_equal(hex, "51f94fb13217881f6545b7f1a98ef1d2"
				 "cd63b8d6f7369cc6936918ef5b4f1f61");
}

static void
no_two_seats_share_one(void **state)
{
	struct secret s = { { 1 } };
	char a[SECRET_HEX_SIZE], b[SECRET_HEX_SIZE], c[SECRET_HEX_SIZE];
	struct err e;

	(void)state;
	assert_int_equal(secret_of_seat(&s, "ab", "c", a, &e), 0);
	assert_int_equal(secret_of_seat(&s, "a", "bc", b, &e), 0);
	assert_int_equal(secret_of_seat(&s, "c", "ab", c, &e), 0);
	assert_string_not_equal(a, b);
	assert_string_not_equal(a, c);
}

/* As with an openssl.cnf that loads no such provider. */
static void
a_library_without_sha256_is_an_error_and_no_abort(void **state)
{
	struct secret s = { { 1 } };
	char hex[SECRET_HEX_SIZE] = "";
	struct err e = { 0 };

	(void)state;
	assert_int_equal(EVP_set_default_properties(NULL, "provider=none-such"),
	    1);
	assert_int_equal(secret_of_seat(&s, "alice", "ctf", hex, &e), -1);
	assert_non_null(strstr(e.text, "HMAC-SHA256"));
	assert_string_equal(hex, "");
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	assert_int_equal(secret_of_seat(&s, "alice", "ctf", hex, &e), 0);
}

#define ON_DISK(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(a_key_is_made_once),
		ON_DISK(two_sites_have_two_keys),
		ON_DISK(a_key_that_others_may_read_is_refused),
		ON_DISK(half_a_key_is_refused),
		ON_DISK(a_lost_key_is_not_made_anew),
		ON_DISK(a_link_is_no_key),
		cmocka_unit_test(a_secret_is_an_hmac),
		cmocka_unit_test(no_two_seats_share_one),
		cmocka_unit_test(
		    a_library_without_sha256_is_an_error_and_no_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
