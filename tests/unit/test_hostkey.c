/* test_hostkey.c - which host keys clients are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Make a key with ssh-keygen's options, and show its public half. */
static int
show(struct fixture *f, const char *options)
{
	char command[256], line[8192];
	FILE *in;

	snprintf(command, sizeof(command),
	    "rm -f %s; ssh-keygen -q -N '' -f %s %s", f->path, f->path,
	    options);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "%s.pub", f->path);
	in = fopen(command, "re");
	assert_non_null(in);
	assert_non_null(fgets(line, sizeof(line), in));
	fclose(in);
	*strrchr(line, ' ') = '\0';
	return hostkey_show(&f->all, f->bind, line, &f->e);
}

/* libssh takes it for a private one, and has the public half that there is. */
static void
a_public_key_is_shown(void **state)
{
	static const char *const kinds[] = { "-t ed25519", "-t ecdsa -b 256",
		"-t ecdsa -b 384", "-t ecdsa -b 521", "-t rsa -b 3072",
		"-t rsa -b 4096", "-t rsa -b 8192" };
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char path[80];
		ssh_key key = NULL;

		if (show(f, kinds[i]) == -1)
			fail_msg("%s: %s", kinds[i], f->e.text);
		snprintf(path, sizeof(path), "%s.pub", f->path);
		assert_int_equal(ssh_pki_import_pubkey_file(path, &key),
		    SSH_OK);
		assert_int_equal(f->all.count, i + 1);
		assert_true(ssh_key_is_private(f->all.key[i]));
		assert_int_equal(
		    ssh_key_cmp(f->all.key[i], key, SSH_KEY_CMP_PUBLIC), 0);
		ssh_key_free(key);
	}
}

static void
what_is_no_key_is_not_shown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hostkey_show(&f->all, f->bind, "", &f->e), -1);
	assert_int_equal(
	    hostkey_show(&f->all, f->bind, "ssh-ed25519 AAAA", &f->e), -1);
	assert_non_null(strstr(f->e.text, "does not take"));
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
		cmocka_unit_test_setup_teardown(a_public_key_is_shown, make_dir,
		    remove_dir),
		cmocka_unit_test_setup_teardown(what_is_no_key_is_not_shown,
		    make_dir, remove_dir),
		cmocka_unit_test(the_size_of_an_rsa_key_is_counted_in_bits),
	};

	return cmocka_run_group_tests_name("hostkey", tests, NULL, NULL);
}
