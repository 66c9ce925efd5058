/* test_hostkey.c - which files may be a host key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "gateway/session/transport/algorithms.h"
#include "gateway/session/transport/hostkey.h"

struct fixture {
	char dir[32];
	char path[64];
	ssh_bind bind;
	struct hostkeys all;
	struct err e;
};

static int
make_dir(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .dir = "/tmp/atoll-key.XXXXXX" };
	assert_non_null(mkdtemp(f.dir));
	snprintf(f.path, sizeof(f.path), "%s/key", f.dir);
	f.bind = algorithms_bind(&f.e);
	assert_non_null(f.bind);
	*state = &f;
	return 0;
}

static int
remove_dir(void **state)
{
	struct fixture *f = *state;
	char command[64];

	ssh_bind_free(f->bind);
	for (unsigned i = 0; i < f->all.count; i++)
		ssh_key_free(f->all.key[i]);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	return system(command);
}

/* Make a key with ssh-keygen's options and load it. */
static int
load(struct fixture *f, const char *options)
{
	char command[256];

	snprintf(command, sizeof(command), "ssh-keygen -q -f %s %s", f->path,
	    options);
	assert_int_equal(system(command), 0);
	return hostkey_load(&f->all, f->bind, f->path, &f->e);
}

static void
an_ed25519_key_loads(void **state)
{
	assert_int_equal(load(*state, "-N '' -t ed25519"), 0);
}

static void
an_ecdsa_key_loads(void **state)
{
	assert_int_equal(load(*state, "-N '' -t ecdsa"), 0);
}

static void
an_rsa_key_loads_when_it_is_long(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "-N '' -t rsa -b 3072"), 0);
}

static void
a_short_rsa_key_does_not(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "-N '' -t rsa -b 2048"), -1);
	assert_non_null(strstr(f->e.text, "RSA of 2048 bits"));
}

static void
a_key_with_a_passphrase_does_not(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "-N secret -t ed25519"), -1);
	assert_non_null(strstr(f->e.text, "without passphrase"));
}

static void
a_key_that_others_may_read_does_not(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "-N '' -t ed25519"), 0);
	assert_int_equal(chmod(f->path, 0640), 0);
	assert_int_equal(hostkey_load(&f->all, f->bind, f->path, &f->e), -1);
	assert_non_null(strstr(f->e.text, "mode 640"));
}

static void
what_is_missing_or_no_key_is_said(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hostkey_load(&f->all, f->bind, f->path, &f->e), -1);
	assert_non_null(strstr(f->e.text, "No such file"));
	assert_int_equal(hostkey_load(&f->all, f->bind, "/dev/null", &f->e),
	    -1);
	assert_non_null(strstr(f->e.text, "is not a file"));
}

/* "ssh-rsa", 65537, and a modulus of n bytes that begins with first. */
static unsigned
bits_of(uint8_t first, uint8_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t blob[48] = { 0, 0, 0, 7, 's', 's', 'h', '-', 'r', 's', 'a', 0,
		0, 0, 3, 1, 0, 1, 0, 0, 0, n, first, 0xff };
	char text[65] = "";

	for (int i = 0; i < 16; i++) {
		uint32_t v = (uint32_t)blob[3 * i] << 16 |
			     (uint32_t)blob[3 * i + 1] << 8 | blob[3 * i + 2];

		for (int j = 0; j < 4; j++)
			text[4 * i + j] = digits[v >> (18 - 6 * j) & 63];
	}
	return rsa_bits(text);
}

static void
the_size_of_an_rsa_key_is_counted_in_bits(void **state)
{
	(void)state;
	assert_int_equal(bits_of(0x80, 128), 1024);
	assert_int_equal(bits_of(0x00, 129), 1024);
	assert_int_equal(bits_of(0x01, 128), 1017);
	assert_int_equal(bits_of(0x00, 1), 0);
	assert_int_equal(rsa_bits(""), 0);
	assert_int_equal(rsa_bits("AAAAB3NzaC1yc2E"), 0);
	assert_int_equal(rsa_bits("AAAAC3NzaC1lZDI1NTE5AAAAIA"), 0);
	assert_int_equal(rsa_bits("AAAAB3NzaC1yc2H/////AAAAAA"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_ed25519_key_loads, make_dir,
		    remove_dir),
		cmocka_unit_test_setup_teardown(an_ecdsa_key_loads, make_dir,
		    remove_dir),
		cmocka_unit_test_setup_teardown(
		    an_rsa_key_loads_when_it_is_long, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(a_short_rsa_key_does_not,
		    make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    a_key_with_a_passphrase_does_not, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    a_key_that_others_may_read_does_not, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    what_is_missing_or_no_key_is_said, make_dir, remove_dir),
		cmocka_unit_test(the_size_of_an_rsa_key_is_counted_in_bits),
	};

	return cmocka_run_group_tests_name("hostkey", tests, NULL, NULL);
}
