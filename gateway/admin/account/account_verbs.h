/*
 * account_verbs.h - a function for each command of atoll account.
 *
 * Process: atoll.  Private to account*.c.
 */
#ifndef ATOLL_ADMIN_ACCOUNT_ACCOUNT_VERBS_H
#define ATOLL_ADMIN_ACCOUNT_ACCOUNT_VERBS_H

#include <stdbool.h>

#include "gateway/admin/account/password.h"
#include "gateway/admin/command.h"
#include "gateway/wire/msg.h"

/* Each is given as many words as account.c's table says. */
int account_add(const struct invocation *in, char **words, struct err *e);
int account_import(const struct invocation *in, char **words, struct err *e);
int account_passwd(const struct invocation *in, char **words, struct err *e);
int account_key(const struct invocation *in, char **words, struct err *e);
int account_groups(const struct invocation *in, char **words, struct err *e);
int account_lock(const struct invocation *in, char **words, struct err *e);
int account_unlock(const struct invocation *in, char **words, struct err *e);
int account_expire(const struct invocation *in, char **words, struct err *e);
int account_time(const struct invocation *in, char **words, struct err *e);
int account_remove(const struct invocation *in, char **words, struct err *e);
int account_restore(const struct invocation *in, char **words, struct err *e);

/* The first line of a file, or of "-", which is no private key. */
int account_read_key(const char *file, char line[LINE_SIZE], struct err *e);

/* A password as the options say.  made is whether it is to be shown. */
int account_choose_password(const struct invocation *in, const char *name,
    char password[PASSWORD_SIZE], bool *made, struct err *e);

#endif
