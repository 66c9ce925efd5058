/* account.c - atoll account: the table of its commands, and those that only
 * read. */
#include "gateway/admin/account/account_ask.h"
#include "gateway/admin/account/account_verbs.h"
#include "gateway/admin/exchange.h"
#include "gateway/base/array.h"
#include "gateway/base/name.h"

static int
list(const struct invocation *in, char **words, struct err *e)
{
	struct chan c;

	(void)words;
	if (ask_open(&c, in->socket, e) == -1)
		return -1;
	return accounts_list(&c,
	    in->json  ? ACCOUNTS_JSON
	    : in->csv ? ACCOUNTS_CSV
		      : ACCOUNTS_TABLE,
	    stdout, e);
}

static int
show(const struct invocation *in, char **words, struct err *e)
{
	struct chan c;

	if (!is_name(words[0]))
		return err_set(e, 0,
		    "\"%.60s\" cannot be a name: it is 1 to 32 of a-z 0-9 _ . "
		    "-",
		    words[0]);
	if (ask_open(&c, in->socket, e) == -1)
		return -1;
	return accounts_show(&c, words[0], in->json, stdout, e);
}

/* The form that a command's run() has, of functions that return 0 or -1. */
#define RUN(name, function)                                                    \
	static enum status run_##name(const struct invocation *in,             \
	    struct err *e)                                                     \
	{                                                                      \
		return function(in, in->words, e) == 0 ? DONE : FAILED;        \
	}
RUN(add, account_add)
RUN(import, account_import)
RUN(list, list)
RUN(show, show)
RUN(passwd, account_passwd)
RUN(key, account_key)
RUN(groups, account_groups)
RUN(lock, account_lock)
RUN(unlock, account_unlock)
RUN(expire, account_expire)
RUN(time, account_time)
RUN(remove, account_remove)
RUN(restore, account_restore)

static const struct command commands[] = {
	{ "add", "NAME", 1, 1, "FgkSGxThotp",
	    "make an account; asks for its password", run_add, NULL },
	{ "import", "FILE.csv", 1, 1, "gxhotpmu",
	    "make all accounts of a file, or none", run_import, NULL },
	{ "list", "", 0, 0, "JC", "all accounts", run_list, NULL },
	{ "show", "NAME", 1, 1, "J", "one account with its keys", run_show,
	    NULL },
	{ "passwd", "NAME", 1, 1, "SG", "set the password", run_passwd, NULL },
	{ "key", "add NAME FILE | remove NAME FILE|NUMBER", 3, 3, "",
	    "change the keys", run_key, NULL },
	{ "groups", "NAME GROUP,GROUP", 2, 2, "", "set the groups", run_groups,
	    NULL },
	{ "lock", "NAME", 1, 1, "", "refuse its logins and end its connections",
	    run_lock, NULL },
	{ "unlock", "NAME", 1, 1, "", "undo lock", run_unlock, NULL },
	{ "expire", "NAME WHEN", 2, 2, "", "2026-12-31, 30d, now or never",
	    run_expire, NULL },
	{ "time", "NAME FACTOR", 2, 2, "",
	    "multiply its time limits, as with 1.5; 1 is as everybody",
	    run_time, NULL },
	{ "remove", "NAME", 1, 1, "K",
	    "remove it, its homes and end its connections", run_remove, NULL },
	{ "restore", "NAME", 1, 1, "x",
	    "have one back that its expiry removed, with its homes",
	    run_restore, NULL },
};

const struct family account_family = { "account", "who may log in", commands,
	COUNT_OF(commands) };
