/*
 * account_verbs.h - what atoll account does, a function for each of its words.
 *
 * Process: atoll.  Private to account*.c.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_ACCOUNT_VERBS_H
#define ATOLL_ADMIN_ACCOUNT_ACCOUNT_VERBS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/admin/account/loginname.h"
#include "gateway/admin/account/password.h"
#include "gateway/wire/msg.h"

/* What the options of one run say. */
struct wish {
	const char *socket;
	const char *full_name, *key_file, *handout, *host;
	char *groups; /* words */
	int64_t expires;
	enum naming naming;
	bool skip_unknown;
	unsigned per_sheet; /* people, of the handout; 0: one a page */
	const char *title;  /* of it, or NULL */
	bool generate, from_stdin, json, csv, keep_homes;
};

/* Each is given as many words as account.c's table says. */
int account_add(const struct wish *w, char **words, struct err *e);
int account_import(const struct wish *w, char **words, struct err *e);
int account_passwd(const struct wish *w, char **words, struct err *e);
int account_key(const struct wish *w, char **words, struct err *e);
int account_groups(const struct wish *w, char **words, struct err *e);
int account_lock(const struct wish *w, char **words, struct err *e);
int account_unlock(const struct wish *w, char **words, struct err *e);
int account_expire(const struct wish *w, char **words, struct err *e);
int account_remove(const struct wish *w, char **words, struct err *e);

/* The first line of a file, or of "-", which is no private key. */
int account_read_key(const char *file, char line[LINE_SIZE], struct err *e);

/* A password as the options say.  made is whether it is to be shown. */
int account_choose_password(const struct wish *w, const char *name,
    char password[PASSWORD_SIZE], bool *made, struct err *e);

#endif
