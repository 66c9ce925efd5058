/* keylist.c - the public keys of an account of atoll.db. */
#include "gateway/monitor/accounts/keylist.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/base/pubkey.h"
#include "gateway/base/scope.h"

#define KEYS_SIZE (COMMAND_SIZE - 1)

/* Base64 without its padding, as everybody writes it. */
void
keylist_fingerprint(const char *line, char to[FINGERPRINT_SIZE])
{
	const char *blob = line + strcspn(line, " ");
	size_t max = strlen(blob), n;
	FREES uint8_t *bytes = malloc(max + 1);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char text[2 * EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	to[0] = '\0';
	if (bytes == NULL)
		return;
	blob += strspn(blob, " ");
	n = base64_decode(blob, bytes, max);
	if (EVP_Digest(bytes, n, digest, &size, EVP_sha256(), NULL) != 1)
		return;
	EVP_EncodeBlock(text, digest, (int)size);
	text[strcspn((char *)text, "=")] = '\0';
	snprintf(to, FINGERPRINT_SIZE, "SHA256:%.50s", (char *)text);
}

/* The keys it has, to be freed. */
static int
read_keys(struct db *db, const char *name, char **keys, struct err *e)
{
	sqlite3_stmt *s =
	    db_prepare(db, "SELECT keys FROM accounts WHERE name = ?", e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, name, -1, NULL);
	rc = db_step(db, s, e);
	*keys = strdup(rc == 1 ? db_text(s, 0) : "");
	sqlite3_finalize(s);
	if (rc != -1 && *keys == NULL)
		return err_set(e, 0, "out of memory");
	if (rc != -1 && strlen(*keys) > KEYS_SIZE) /* not made by us */
		rc = err_set(e, 0,
		    "it has more keys than this program can change");
	return rc == -1 ? -1 : 0;
}

static bool
is_meant(const char *key, unsigned long at, const char *value)
{
	char fingerprint[FINGERPRINT_SIZE];

	if (strspn(value, "0123456789") == strlen(value))
		return at == strtoul(value, NULL, 10);
	if (strncmp(value, "SHA256:", 7) != 0)
		return key_is_same(key, value);
	keylist_fingerprint(key, fingerprint);
	return strcmp(fingerprint, value) == 0;
}

const char *
keylist_find(const struct texts *keys, const char *value)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (is_meant(keys->at[i], i + 1, value))
			return keys->at[i];
	}
	return NULL;
}

static int
without_key(char *keys, const char *value, char *to, struct err *e)
{
	unsigned long at = 0;
	bool found = false;
	char *key;

	to[0] = '\0';
	while ((key = strsep(&keys, "\n")) != NULL) {
		if (*key == '\0')
			continue;
		if (is_meant(key, ++at, value)) {
			found = true;
			continue;
		}
		if (to[0] != '\0')
			strcat(to, "\n");
		strcat(to, key);
	}
	return found ? 0
		     : err_set(e, 0,
			   "it has no such key: 'atoll account show' numbers "
			   "those it"
			   " has");
}

static int
with_key(char *keys, const char *value, char *to, struct err *e)
{
	char *rest = keys, *copy = strdup(keys), *key;
	bool is_there = false;

	for (rest = copy; (key = strsep(&rest, "\n")) != NULL;)
		is_there = is_there || key_is_same(key, value);
	free(copy);
	if (is_there)
		return err_set(e, 0, "it has that key already");
	if (strlen(keys) + strlen(value) + 2 > KEYS_SIZE)
		return err_set(e, 0, "it has too many keys: remove one first");
	sprintf(to, "%s%s%s", keys, keys[0] == '\0' ? "" : "\n", value);
	return 0;
}

int
keylist_change(struct db *db, const char *name, bool adds, const char *value,
    char to[COMMAND_SIZE], struct err *e)
{
	char *keys = NULL;
	int rc = read_keys(db, name, &keys, e);

	if (rc == 0)
		rc = (adds ? with_key : without_key)(keys, value, to, e);
	free(keys);
	return rc;
}
