/* accounts.c - the accounts of atoll.conf and of atoll.db. */
#include "gateway/monitor/accounts/accounts.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/config/hours.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/db.h"

#define NOTICE_DAYS 7
#define DAY	    86400
#define GROUP_MAX   32 /* bytes, as in atoll.conf */

struct accounts {
	sqlite3_stmt *find;
	struct arena arena; /* of found */
	struct account found;
};

static void
learn(struct monitor *m, const char *hash)
{
	if (!methods_learn(&m->methods, hash))
		log_warn(NULL,
		    "more than %d methods of password hashes: how long a login"
		    " takes tells which accounts have the methods beyond that;"
		    " set their passwords anew with 'atoll account passwd'",
		    METHODS_MAX);
}

/* Of every account before the first login: a method that is learned later would
 * make the logins before it faster than those after, see methods.h. */
static int
learn_methods(struct monitor *m, struct err *e)
{
	sqlite3_stmt *s = db_prepare(m->db, "SELECT password FROM accounts", e);
	int rc;

	if (s == NULL)
		return -1;
	while ((rc = db_step(m->db, s, e)) == 1)
		learn(m, db_text(s, 0));
	sqlite3_finalize(s);
	return rc;
}

int
accounts_open(struct monitor *m, struct err *e)
{
	struct accounts *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return err_set(e, ENOMEM, "accounts");
	a->find = db_prepare(m->db,
	    "SELECT name, password, keys, groups, full_name, source, locked,"
	    " expires, created, time_factor FROM accounts WHERE name = ?",
	    e);
	if (a->find == NULL) {
		free(a);
		return -1;
	}
	m->accounts = a;
	return learn_methods(m, e);
}

void
accounts_close(struct monitor *m)
{
	sqlite3_finalize(m->accounts->find);
	arena_free(&m->accounts->arena);
	free(m->accounts);
	m->accounts = NULL;
}

/* --- looking up ----------------------------------------------------------- */

/* The parts of a text between separators; the text is the arena's. */
static struct texts
split(struct arena *arena, const char *from, const char *separator)
{
	char *text = arena_text(arena, from), *part;
	struct texts t = { 0 };

	t.at = arena_alloc(arena, (strlen(from) / 2 + 1) * sizeof(*t.at));
	while ((part = strsep(&text, separator)) != NULL) {
		if (*part != '\0')
			t.at[t.count++] = part;
	}
	return t;
}

static void
take_row(struct accounts *a)
{
	sqlite3_stmt *s = a->find;

	arena_free(&a->arena);
	a->arena = (struct arena){ 0 };
	a->found = (struct account){
		.name = arena_text(&a->arena, db_text(s, 0)),
		.password = arena_text(&a->arena, db_text(s, 1)),
		.keys = split(&a->arena, db_text(s, 2), "\n"),
		.groups = split(&a->arena, db_text(s, 3), " "),
		.full_name = arena_text(&a->arena, db_text(s, 4)),
		.source = arena_text(&a->arena, db_text(s, 5)),
		.is_locked = sqlite3_column_int(s, 6) != 0,
		.expires = sqlite3_column_int64(s, 7),
		.created = sqlite3_column_int64(s, 8),
		.time_factor = sqlite3_column_int64(s, 9),
	};
}

const struct account *
accounts_find_made(struct monitor *m, const char *name)
{
	struct accounts *a = m->accounts;
	struct err e;
	int rc;

	sqlite3_bind_text(a->find, 1, name, -1, NULL);
	rc = db_step(m->db, a->find, &e);
	if (rc == 1)
		take_row(a);
	sqlite3_reset(a->find);
	if (rc == -1)
		log_error(NULL, "cannot look up an account: %s", e.text);
	return rc == 1 ? &a->found : NULL;
}

const struct account *
accounts_find(struct monitor *m, const char *name)
{
	const struct account *a = config_account(m->config, name);
	/* The database is asked for a configured name too: a look-up that takes
	 * longer would tell which names are which. */
	const struct account *made = accounts_find_made(m, name);

	return a != NULL ? a : made;
}

static const struct account *
restrict_to(struct accounts *all, const struct account *a, const char *lab)
{
	if (a == NULL || lab[0] == '\0')
		return a;
	if (a != &all->found)
		all->found = *a;
	all->found.only_lab = lab;
	return &all->found;
}

/* An account without a name is no row anywhere: it is made up here each
 * time. */
const struct account *
accounts_of(const struct conn *c)
{
	struct accounts *a = c->monitor->accounts;

	if (c->anonymous[0] == '\0')
		return restrict_to(a, accounts_find(c->monitor, c->account),
		    c->only_lab);
	a->found = (struct account){ .name = c->account,
		.password = "",
		.full_name = "",
		.source = "",
		.only_lab = c->anonymous,
		.time_factor = TIME_FACTOR_NONE };
	return &a->found;
}

uint32_t
accounts_count(struct monitor *m)
{
	int64_t n = 0;
	struct err e;

	if (db_number(m->db, "SELECT count(*) FROM accounts", &n, &e) == -1)
		log_error(NULL, "cannot count accounts: %s", e.text);
	return (uint32_t)n;
}

/* None of this is an error: the site works as the texts say, but perhaps not as
 * the administrator thinks. */
void
accounts_compare(struct monitor *m)
{
	const struct config *c = m->config;

	for (size_t i = 0; i < c->account_count; i++) {
		learn(m, c->accounts[i].password);
		if (accounts_find_made(m, c->accounts[i].name) != NULL)
			log_warn(NULL,
			    "account is in atoll.conf and in " DB_NAME
			    ": atoll.conf holds account=%s",
			    c->accounts[i].name);
	}
	for (size_t i = 0; i < c->lab_count; i++) {
		if (c->labs[i].anonymous &&
		    accounts_find_made(m, c->labs[i].name) != NULL)
			log_warn(NULL,
			    "lab is anonymous and an account has its name, so"
			    " nobody gets in without its password lab=%s",
			    c->labs[i].name);
	}
}

/* --- rules ---------------------------------------------------------------- */

const char *
accounts_find_refusal(const struct account *a, char *text)
{
	char day[HOURS_TEXT_SIZE];

	if (a->is_locked) {
		snprintf(text, TEXT_SIZE,
		    "the account %s is locked; ask your instructor or the"
		    " administrator",
		    a->name);
		return text;
	}
	if (a->expires == 0 || a->expires > time(NULL))
		return NULL;
	hours_text(a->expires - a->expires % 60, day);
	snprintf(text, TEXT_SIZE,
	    "the account %s expired on %s; ask your instructor or the"
	    " administrator",
	    a->name, day);
	return text;
}

void
accounts_notice(const struct account *a, char *text)
{
	int64_t left = a->expires - time(NULL);
	char day[HOURS_TEXT_SIZE], in[32] = "today";

	text[0] = '\0';
	if (a->expires == 0 || left > NOTICE_DAYS * DAY)
		return;
	hours_text(a->expires - a->expires % 60, day);
	if (left >= DAY)
		snprintf(in, sizeof(in), "in %d day%s", (int)(left / DAY),
		    left >= 2 * DAY ? "s" : "");
	else if (left >= 3600)
		snprintf(in, sizeof(in), "in %d hour%s", (int)(left / 3600),
		    left >= 7200 ? "s" : "");
	else
		snprintf(in, sizeof(in), "within the hour");
	snprintf(text, TEXT_SIZE, "Your account %s expires on %s, %s.", a->name,
	    day, in);
}

/* new, anonymous and the like mean something else in a login; a lab's name is
 * what "ssh LAB@host" takes where the lab is anonymous. */
int
accounts_check_name(const struct config *c, const char *name, struct err *e)
{
	if (!is_name(name))
		return err_set(e, 0,
		    "a name is 1 to 32 of a-z 0-9 _ . - and begins with a"
		    " letter, a digit or _");
	if (strcmp(name, "root") == 0 || strcmp(name, "new") == 0 ||
	    strcmp(name, "anonymous") == 0 || policy_is_anonymous(name) ||
	    policy_is_rehearsal(name))
		return err_set(e, 0, "%s is a reserved name", name);
	if (config_lab(c, name) != NULL)
		return err_set(e, 0, "%s is the name of a lab", name);
	if (config_account(c, name) != NULL)
		return err_set(e, 0, "%s is an account of atoll.conf", name);
	return 0;
}

int
accounts_check_password(struct monitor *m, const char *hash, struct err *e)
{
	if (crypt_checksalt(hash) != CRYPT_SALT_OK)
		return err_set(e, 0,
		    "the password is no crypt(5) hash of a method that is"
		    " safe today: make one with 'mkpasswd'");
	learn(m, hash);
	return 0;
}

int
accounts_check_groups(const char *groups, struct err *e)
{
	unsigned count = 0;

	for (size_t n; *groups != '\0'; groups += n) {
		groups += strspn(groups, " ");
		n = strcspn(groups, " ");
		if (n > GROUP_MAX)
			return err_set(e, 0,
			    "the group %.*s... is longer than %d bytes",
			    GROUP_MAX, groups, GROUP_MAX);
		for (size_t i = 0; i < n; i++) {
			if ((unsigned char)groups[i] < 0x21 ||
			    strchr(",;|\x7f", groups[i]) != NULL)
				return err_set(e, 0,
				    "a group's name has no blanks, , ; or |");
		}
		if (n > 0 && ++count > GROUPS_MAX)
			return err_set(e, 0, "more than %d groups", GROUPS_MAX);
	}
	return 0;
}

int
accounts_check_time_factor(int64_t factor, struct err *e)
{
	if (factor >= TIME_FACTOR_MIN && factor <= TIME_FACTOR_MAX)
		return 0;
	return err_set(e, 0, "a time factor is from %g to %g",
	    TIME_FACTOR_MIN / 100.0, TIME_FACTOR_MAX / 100.0);
}

int
accounts_begin(struct db *db, const char *name, struct err *e)
{
	int rc = db_step_for(db, "SELECT 1 FROM homes_to_go WHERE name = ?",
	    name, e);

	if (rc == 1)
		err_set(e, 0,
		    "the homes of the account %s that was removed are not gone"
		    " yet; try again in a moment",
		    name);
	if (rc != 0)
		return rc;
	rc = db_step_for(db, "DELETE FROM progress WHERE account = ?", name, e);
	if (rc != 0)
		return rc;
	rc = db_step_for(db, "DELETE FROM diary WHERE account = ?", name, e);
	if (rc != 0)
		return rc;
	rc = db_step_for(db, "DELETE FROM result_steps WHERE account = ?", name,
	    e);
	if (rc != 0)
		return rc;
	rc = db_step_for(db, "DELETE FROM secrets WHERE account = ?", name, e);
	if (rc != 0)
		return rc;
	rc = db_step_for(db,
	    "DELETE FROM copied WHERE account = ?1 OR owner = ?1", name, e);
	if (rc != 0)
		return rc;
	rc = db_step_for(db,
	    "UPDATE collected SET is_of_before = 1 WHERE account = ?", name, e);
	if (rc != 0)
		return rc;
	return db_step_for(db, "DELETE FROM results WHERE account = ?", name,
	    e);
}
