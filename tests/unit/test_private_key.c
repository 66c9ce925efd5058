/* test_private_key.c - which files may be a host key, and what they sign. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "gateway/base/key_file.h"
#include "gateway/signer/private_key.h"
#include "gateway/signer/proof.h"

struct fixture {
	char dir[32];
	char path[64];
	struct private_key key;
	struct err e;
};

static int
make_dir(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .dir = "/tmp/atoll-key.XXXXXX" };
	assert_non_null(mkdtemp(f.dir));
	snprintf(f.path, sizeof(f.path), "%s/key", f.dir);
	*state = &f;
	return 0;
}

static int
remove_dir(void **state)
{
	struct fixture *f = *state;
	char command[64];

	EVP_PKEY_free(f->key.key);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	return system(command);
}

static int
load_file(struct fixture *f, const char *path)
{
	char text[KEY_FILE_MAX];

	EVP_PKEY_free(f->key.key);
	f->key.key = NULL;
	if (key_file_read(path, text, &f->e) == -1)
		return -1;
	return private_key_parse(&f->key, text, path, &f->e);
}

/* Make a key with ssh-keygen's options and load it. */
static int
load(struct fixture *f, const char *options)
{
	char command[256];

	snprintf(command, sizeof(command), "ssh-keygen -q -f %s %s", f->path,
	    options);
	assert_int_equal(system(command), 0);
	return load_file(f, f->path);
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
	assert_int_equal(load_file(f, f->path), -1);
	assert_non_null(strstr(f->e.text, "mode 640"));
}

static void
what_is_missing_or_no_key_is_said(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load_file(f, f->path), -1);
	assert_non_null(strstr(f->e.text, "No such file"));
	assert_int_equal(load_file(f, "/dev/null"), -1);
	assert_non_null(strstr(f->e.text, "is not a file"));
}

/* --- what they sign -------------------------------------------------------- */

static const struct {
	const char *options;
	unsigned bits;
	const char *name; /* of the signature */
} kinds[] = {
	{ "-N '' -t ed25519", 0, "ssh-ed25519" },
	{ "-N '' -t ecdsa -b 256", 0, "ecdsa-sha2-nistp256" },
	{ "-N '' -t ecdsa -b 384", 0, "ecdsa-sha2-nistp384" },
	{ "-N '' -t ecdsa -b 521", 0, "ecdsa-sha2-nistp521" },
	{ "-N '' -t rsa -b 3072", 256, "rsa-sha2-256" },
	{ "-N '' -t rsa -b 3072", 512, "rsa-sha2-512" },
	{ "-N '' -t rsa -b 3072 -m PEM", 512, "rsa-sha2-512" },
	{ "-N '' -t ecdsa -b 256 -m PKCS8", 0, "ecdsa-sha2-nistp256" },
};

static void
make_kind(struct fixture *f, size_t i)
{
	remove(f->path);
	assert_int_equal(load(f, kinds[i].options), 0);
}

static void
the_public_half_is_what_ssh_keygen_says(void **state)
{
	struct fixture *f = *state;
	char line[4096], said[4096], path[80];
	FILE *in;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		make_kind(f, i);
		public_key_line(&f->key, line, sizeof(line));
		snprintf(path, sizeof(path), "%s.pub", f->path);
		in = fopen(path, "re");
		assert_non_null(in);
		assert_non_null(fgets(said, sizeof(said), in));
		fclose(in);
		assert_memory_equal(said, line, strlen(line));
	}
}

/* What a client of that key signs to be demo in the session "id". */
static size_t
make_request(const struct fixture *f, size_t i, uint8_t to[4096])
{
	struct wire_out out = { to, 0, 4096, false };

	wire_put_word(&out, "id");
	wire_put_u8(&out, 50);
	wire_put_word(&out, "demo+lab");
	wire_put_word(&out, "ssh-connection");
	wire_put_word(&out, "publickey");
	wire_put_u8(&out, 1);
	wire_put_word(&out, kinds[i].name);
	wire_put_text(&out, f->key.blob, f->key.length);
	assert_false(out.is_bad);
	return out.used;
}

static bool
check(const char *id, const uint8_t *data, size_t n,
    const struct wire_out *mark, struct proof *p)
{
	return proof_check(
	    (struct wire){ (const uint8_t *)id, strlen(id), false },
	    (struct wire){ data, n, false },
	    (struct wire){ mark->at, mark->used, false }, p);
}

static void
a_request_that_is_signed_is_a_proof_and_one_bit_less_is_none(void **state)
{
	struct fixture *f = *state;
	uint8_t data[4096], bytes[4096];
	struct proof p;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct wire_out mark = { bytes, 0, sizeof(bytes), false };
		size_t n;

		make_kind(f, i);
		n = make_request(f, i, data);
		assert_int_equal(
		    private_key_sign(&f->key, kinds[i].bits, data, n, &mark),
		    0);
		assert_true(check("id", data, n, &mark, &p));
		assert_true(wire_is(&p.user, "demo+lab"));
		assert_string_equal(p.type, f->key.algorithm->key);
		assert_int_equal(p.key.left, f->key.length);
		assert_false(check("iD", data, n, &mark, &p));
		assert_false(check("", data, n, &mark, &p));
		for (size_t at = 0; at < n; at++) {
			data[at] ^= 1;
			assert_false(check("id", data, n, &mark, &p));
			data[at] ^= 1;
		}
		for (size_t at = 0; at < mark.used; at++) {
			bytes[at] ^= 1;
			assert_false(check("id", data, n, &mark, &p));
			bytes[at] ^= 1;
		}
		for (size_t less = 0; less < n; less += 7)
			assert_false(check("id", data, less, &mark, &p));
		data[n] = 0;
		assert_false(check("id", data, n + 1, &mark, &p));
		assert_true(check("id", data, n, &mark, &p));
	}
}

/* Signed as it should be, and not a request to log in. */
static void
another_request_is_no_proof(void **state)
{
	static const struct {
		const char *service, *method;
		uint8_t type, is_signed;
	} others[] = {
		{ "ssh-userauth", "publickey", 50, 1 },
		{ "ssh-connection", "hostbased", 50, 1 },
		{ "ssh-connection", "publickey", 51, 1 },
		{ "ssh-connection", "publickey", 50, 0 },
		{ "ssh-connection", "publickey", 50, 1 },
	};
	struct fixture *f = *state;
	uint8_t data[4096], bytes[4096];
	struct proof p;

	assert_int_equal(load(f, "-N '' -t ed25519"), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct wire_out out = { data, 0, sizeof(data), false };
		struct wire_out mark = { bytes, 0, sizeof(bytes), false };

		wire_put_word(&out, "id");
		wire_put_u8(&out, others[i].type);
		wire_put_word(&out, "demo");
		wire_put_word(&out, others[i].service);
		wire_put_word(&out, others[i].method);
		wire_put_u8(&out, others[i].is_signed);
		wire_put_word(&out, "ssh-ed25519");
		wire_put_text(&out, f->key.blob, f->key.length);
		assert_int_equal(
		    private_key_sign(&f->key, 0, data, out.used, &mark), 0);
		/* The last one differs in nothing: the others do by that. */
		assert_int_equal(check("id", data, out.used, &mark, &p),
		    i == 4);
	}
}

static void
an_rsa_key_signs_with_no_other_hash(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[4096];
	struct wire_out mark = { bytes, 0, sizeof(bytes), false };

	assert_int_equal(load(f, "-N '' -t rsa -b 3072"), 0);
	assert_int_equal(
	    private_key_sign(&f->key, 1, (const uint8_t *)"x", 1, &mark), -1);
	assert_int_equal(mark.used, 0);
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
		cmocka_unit_test_setup_teardown(
		    the_public_half_is_what_ssh_keygen_says, make_dir,
		    remove_dir),
		cmocka_unit_test_setup_teardown(
		    a_request_that_is_signed_is_a_proof_and_one_bit_less_is_none,
		    make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(another_request_is_no_proof,
		    make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    an_rsa_key_signs_with_no_other_hash, make_dir, remove_dir),
	};

	return cmocka_run_group_tests_name("private_key", tests, NULL, NULL);
}
