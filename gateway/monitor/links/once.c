/* once.c - links and codes that are good once, and for a while. */
#include "gateway/monitor/links/once.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define TOKEN_BYTES ((ONCE_TOKEN_SIZE - 1) / 2)
#define HASH_SIZE   sizeof(((struct once_link *)NULL)->hash)

/* None is taken for another one, whoever reads it out. */
#define CODE_LETTERS "abcdefghjkmnpqrstuvwxyz23456789"
#define CODE_LENGTH  8
#define CODE_DASH    4 /* before that one */

struct once {
	unsigned most;
	struct once_link at[];
};

struct once *
once_new(unsigned most)
{
	struct once *o = calloc(1, sizeof(*o) + most * sizeof(o->at[0]));

	if (o != NULL)
		o->most = most;
	return o;
}

static bool
hash_token(const char *token, unsigned char hash[])
{
	unsigned size = 0;

	return EVP_Digest(token, strlen(token), hash, &size, EVP_sha256(),
		   NULL) == 1 &&
	       size == HASH_SIZE;
}

static bool
make_token(char token[ONCE_TOKEN_SIZE])
{
	unsigned char bytes[TOKEN_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(token + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

/* Each letter is as likely as any other. */
static bool
make_code(char code[ONCE_CODE_SIZE])
{
	unsigned char byte;
	size_t at = 0;

	for (size_t n = 0; n < CODE_LENGTH;) {
		if (getrandom(&byte, 1, 0) != 1)
			return false;
		byte &= 31;
		if (byte >= strlen(CODE_LETTERS))
			continue;
		if (n++ == CODE_DASH)
			code[at++] = '-';
		code[at++] = CODE_LETTERS[byte];
	}
	code[at] = '\0';
	return true;
}

/* As it was made.  False: that is no code. */
static bool
read_code(const char *typed, char code[ONCE_CODE_SIZE])
{
	size_t n = 0, at = 0;

	for (; *typed != '\0'; typed++) {
		char letter = (char)tolower((unsigned char)*typed);

		if (letter == '-' || letter == ' ')
			continue;
		if (n == CODE_LENGTH || strchr(CODE_LETTERS, letter) == NULL)
			return false;
		if (n++ == CODE_DASH)
			code[at++] = '-';
		code[at++] = letter;
	}
	code[at] = '\0';
	return n == CODE_LENGTH;
}

static struct once_link *
find_place(struct once *o, const struct once_link *l, bool is_only)
{
	struct once_link *oldest = &o->at[0];

	for (unsigned i = 0; i < o->most; i++) {
		if (is_only && o->at[i].until_ms != 0 &&
		    strcmp(o->at[i].what, l->what) == 0 &&
		    strcmp(o->at[i].who, l->who) == 0)
			return &o->at[i];
		if (o->at[i].until_ms < oldest->until_ms)
			oldest = &o->at[i];
	}
	return oldest;
}

static bool
add(struct once *o, const struct once_link *l, bool is_only, const char *token)
{
	struct once_link made = *l;

	if (!hash_token(token, made.hash))
		return false;
	*find_place(o, l, is_only) = made;
	return true;
}

bool
once_add(struct once *o, const struct once_link *l, bool is_only,
    char token[ONCE_TOKEN_SIZE])
{
	return make_token(token) && add(o, l, is_only, token);
}

bool
once_add_code(struct once *o, const struct once_link *l, bool is_only,
    char code[ONCE_CODE_SIZE])
{
	return make_code(code) && add(o, l, is_only, code);
}

/* All are compared, and each byte of each: how long that takes tells nothing. */
struct once_link *
once_find(struct once *o, const char *token, uint64_t now_ms)
{
	unsigned char hash[HASH_SIZE];
	struct once_link *found = NULL;

	if (!hash_token(token, hash))
		return NULL;
	for (unsigned i = 0; i < o->most; i++) {
		struct once_link *l = &o->at[i];

		if (CRYPTO_memcmp(l->hash, hash, HASH_SIZE) == 0 &&
		    l->until_ms > now_ms)
			found = l;
	}
	return found;
}

struct once_link *
once_find_code(struct once *o, const char *typed, uint64_t now_ms)
{
	char code[ONCE_CODE_SIZE];
	struct once_link *found =
	    read_code(typed, code) ? once_find(o, code, now_ms) : NULL;

	OPENSSL_cleanse(code, sizeof(code));
	return found;
}

void
once_forget(struct once *o, const char *who)
{
	for (unsigned i = 0; i < o->most; i++) {
		if (strcmp(o->at[i].who, who) == 0)
			o->at[i].until_ms = 0;
	}
}
