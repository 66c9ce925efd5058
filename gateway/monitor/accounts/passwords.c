/* passwords.c - what a password must be that a student chooses, and its hash. */
#include "gateway/monitor/accounts/passwords.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/base/array.h"
#include "gateway/wire/msg.h"

#define PASSWORD_MIN 8
#define DISTINCT_MIN 4

static unsigned
count_distinct(const char *text)
{
	bool seen[256] = { false };
	unsigned n = 0;

	for (; *text != '\0'; text++) {
		n += !seen[(unsigned char)*text];
		seen[(unsigned char)*text] = true;
	}
	return n;
}

/* What guessers try first, of those that are long enough for the other rules.
 * The list is made by hand: libpwquality reads cracklib's dictionary from the
 * disk for each password, and a parser of what a client sends would be in the
 * monitor.  It may be short, since penalties keep a guesser from trying
 * many. */
static bool
is_common(const char *password)
{
	static const char *const common[] = { "password", "password1",
		"passw0rd", "12345678", "123456789", "1234567890", "qwertyui",
		"qwertyuiop", "qwerty123", "1q2w3e4r", "iloveyou", "letmein1",
		"welcome1", "changeme", "trustno1", "football", "baseball",
		"sunshine", "princess", "superman", "abcd1234", "abc12345",
		"admin123", "student1" };

	for (size_t i = 0; i < COUNT_OF(common); i++) {
		if (strcasecmp(password, common[i]) == 0)
			return true;
	}
	return false;
}

int
password_check(const char *name, const char *password, struct err *e)
{
	if (strlen(password) < PASSWORD_MIN)
		return err_set(e, 0,
		    "the password is too short: choose at least %d characters",
		    PASSWORD_MIN);
	if (strlen(password) >= CRYPT_MAX_PASSPHRASE_SIZE)
		return err_set(e, 0,
		    "the password is too long: choose at most %d characters",
		    CRYPT_MAX_PASSPHRASE_SIZE - 1);
	if (strcasestr(password, name) != NULL && strlen(name) > 3)
		return err_set(e, 0,
		    "the password contains the account's name: choose another");
	if (count_distinct(password) < DISTINCT_MIN || is_common(password))
		return err_set(e, 0,
		    "the password is one of the first that guessers try: choose"
		    " another");
	return 0;
}

void
password_hash(const char *password, char hash[CRYPT_OUTPUT_SIZE])
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *got = NULL;

	hash[0] = '\0';
	if (data != NULL &&
	    crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)) != NULL)
		got = crypt_r(password, salt, data);
	if (got != NULL && got[0] != '*')
		text_copy(hash, CRYPT_OUTPUT_SIZE, got);
	if (data != NULL)
		explicit_bzero(data, sizeof(*data));
	free(data);
}

bool
password_is_of(const char *hash, const char *password, struct crypt_data *data)
{
	const char *got = crypt_r(password, hash, data);
	size_t n = strlen(hash);
	unsigned differ = 0;

	if (got == NULL || strlen(got) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		differ |= (unsigned)(got[i] ^ hash[i]);
	return differ == 0;
}
