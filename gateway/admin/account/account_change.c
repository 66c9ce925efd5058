/* account_change.c - changes of accounts that exist. */
#include <string.h>

#include "gateway/admin/account/account_ask.h"
#include "gateway/admin/account/account_verbs.h"
#include "gateway/admin/account/people.h"
#include "gateway/admin/account/time_factor.h"
#include "gateway/admin/account/when.h"
#include "gateway/admin/output.h"

static int
change(const struct invocation *in, const char *name, enum account_change what,
    const char *value, int64_t number, struct err *e)
{
	struct chan c;

	if (!is_name(name))
		return err_set(e, 0,
		    "\"%.60s\" cannot be a name: it is 1 to 32 of a-z 0-9 _ . "
		    "-",
		    name);
	if (ask_open(&c, in->socket, e) == -1)
		return -1;
	return accounts_change(&c, name, what, value, number, e);
}

/* Shown after the monitor has stored it: a password that is printed is one that
 * works. */
int
account_passwd(const struct invocation *in, char **words, struct err *e)
{
	char password[PASSWORD_SIZE], hash[HASH_SIZE];
	bool made;
	int rc;

	if (account_choose_password(in, words[0], password, &made, e) == -1)
		return -1;
	rc = password_hash(password, made, hash, e);
	if (rc == 0)
		rc = change(in, words[0], ACCOUNT_PASSWORD, hash, 0, e);
	if (rc == 0 && made) {
		printf("%s\t%s\n", words[0], password);
		if (output_flush(e) == -1)
			rc = err_wrap(e,
			    "the password was changed, but could not be shown:"
			    " set another");
	}
	explicit_bzero(password, sizeof(password));
	return rc;
}

int
account_key(const struct invocation *in, char **words, struct err *e)
{
	bool is_add = strcmp(words[0], "add") == 0;
	char line[LINE_SIZE];

	if (!is_add && strcmp(words[0], "remove") != 0)
		return err_set(e, 0,
		    "write key add NAME FILE, or key remove NAME"
		    " FILE|NUMBER");
	/* A number is that of "account show": to remove a key nobody need have
	 * its file.  A file of that name can be given as ./3. */
	if (!is_add && words[2][0] != '\0' &&
	    words[2][strspn(words[2], "0123456789")] == '\0')
		return change(in, words[1], ACCOUNT_KEY_REMOVE, words[2], 0, e);
	if (account_read_key(words[2], line, e) == -1)
		return -1;
	return change(in, words[1],
	    is_add ? ACCOUNT_KEY_ADD : ACCOUNT_KEY_REMOVE, line, 0, e);
}

int
account_groups(const struct invocation *in, char **words, struct err *e)
{
	people_words(words[1]);
	return change(in, words[0], ACCOUNT_GROUPS, words[1], 0, e);
}

int
account_lock(const struct invocation *in, char **words, struct err *e)
{
	return change(in, words[0], ACCOUNT_LOCK, "", 0, e);
}

int
account_unlock(const struct invocation *in, char **words, struct err *e)
{
	return change(in, words[0], ACCOUNT_UNLOCK, "", 0, e);
}

int
account_expire(const struct invocation *in, char **words, struct err *e)
{
	int64_t when;

	if (when_parse(words[1], time(NULL), &when, e) == -1)
		return -1;
	return change(in, words[0], ACCOUNT_EXPIRE, "", when, e);
}

int
account_time(const struct invocation *in, char **words, struct err *e)
{
	int64_t percent;

	if (time_factor_parse(words[1], &percent, e) == -1)
		return -1;
	return change(in, words[0], ACCOUNT_TIME_FACTOR, "", percent, e);
}

int
account_remove(const struct invocation *in, char **words, struct err *e)
{
	return change(in, words[0], ACCOUNT_REMOVE, "", in->keep_homes, e);
}

int
account_restore(const struct invocation *in, char **words, struct err *e)
{
	return change(in, words[0], ACCOUNT_RESTORE, "",
	    in->has_expires ? in->expires : -1, e);
}
