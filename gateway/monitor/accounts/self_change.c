/*
 * self_change.c - a student changes the own password or keys, who knows the
 * password.
 *
 * One change at a time of a seat: hashed on the thread pool, then written by the
 * writer, both of which may find the seat gone.  A wrong password counts as one of
 * a login does, for the address of who is connected.
 */
#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/pubkey.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/keylist.h"
#include "gateway/monitor/accounts/passwords.h"
#include "gateway/monitor/accounts/self_service.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/lab_answer.h"

enum change { PASSWORD_CHANGED, KEY_ADDED, KEY_REMOVED, CHANGES };

struct self_job {
	struct hash_task task; /* first: it is what the pool knows */
	struct monitor *monitor;
	uint32_t sandbox, serial;
	enum change change;
	char account[NAME_SIZE];
	char hash[TEXT_SIZE]; /* of the account, when it was asked for */
	char password[SECRET_SIZE], fresh[SECRET_SIZE];
	char fresh_hash[CRYPT_OUTPUT_SIZE];
	char key[LINE_SIZE];
	bool matches;
};

static const struct {
	const char *phrase; /* for the log */
	const char *notice; /* for who is connected */
} changes[CHANGES] = {
	[PASSWORD_CHANGED] = { "password changed by its student",
	    "the password of %s was changed by 'lab passwd' in %s" },
	[KEY_ADDED] = { "key added by its student",
	    "a key was added to %s by 'lab key add' in %s" },
	[KEY_REMOVED] = { "key removed by its student",
	    "a key was removed from %s by 'lab key remove' in %s" },
};

/* The seat, unless it has gone, or is another account's now. */
static struct seat *
seat_of(const struct self_job *j)
{
	struct seat *s = seat_by_sandbox(&j->monitor->registry, j->sandbox);

	return s == NULL || strcmp(s->account, j->account) != 0 ? NULL : s;
}

static void
end(struct self_job *j)
{
	struct seat *s = seat_of(j);

	if (s != NULL)
		s->self.is_busy = false;
	explicit_bzero(j, sizeof(*j));
	free(j);
}

/* --- it is done ------------------------------------------------------------ */

/* On every terminal of the account, in whatever lab: by the gateway, which no
 * program in a sandbox can keep from it. */
static void
tell_account(const struct self_job *j, const struct seat *s)
{
	char text[TEXT_SIZE];
	struct conn *c;

	snprintf(text, sizeof(text), changes[j->change].notice, j->account,
	    s == NULL ? "a sandbox" : s->lab);
	TAILQ_FOREACH(c, &j->monitor->registry.conns, all) {
		if (strcmp(c->account, j->account) == 0 && c->link != NULL &&
		    c->state != CONN_CLOSING)
			answer_notice(c, text);
	}
}

static void
describe(const struct self_job *j, char *text, size_t size)
{
	const struct account *a = accounts_find_made(j->monitor, j->account);
	size_t left = a == NULL ? 0 : a->keys.count;
	char fingerprint[FINGERPRINT_SIZE] = "";

	if (j->change != PASSWORD_CHANGED)
		keylist_fingerprint(j->key, fingerprint);
	if (j->change == PASSWORD_CHANGED)
		snprintf(text, size, "The password of %s is changed.\n",
		    j->account);
	else if (j->change == KEY_ADDED)
		snprintf(text, size,
		    "Added %s. %s has %zu key%s now: 'lab key list' shows"
		    " them.\n",
		    fingerprint, j->account, left, left == 1 ? "" : "s");
	else if (left > 0)
		snprintf(text, size, "Removed %s. %s has %zu key%s left.\n",
		    fingerprint, j->account, left, left == 1 ? "" : "s");
	else
		snprintf(text, size,
		    "Removed %s. That was the last key: from now on %s logs in"
		    " with the password alone%s.\n",
		    fingerprint, j->account,
		    j->monitor->config->keys_command.count > 0
			? ", or with a key of keys_command"
			: "");
}

static void
on_written(void *data, const struct err *e)
{
	struct self_job *j = data;
	struct seat *s = seat_of(j);
	char text[TEXT_SIZE];

	if (e == NULL) {
		log_info(s == NULL ? NULL : &s->tag, "account %s account=%s",
		    changes[j->change].phrase, j->account);
		describe(j, text, sizeof(text));
		tell_account(j, s);
	}
	if (s != NULL && e == NULL)
		lab_answer(s, j->serial, LAB_DONE, text);
	else if (s != NULL)
		self_refuse(s, j->serial, e);
	end(j);
}

/* Only where the password is still the one that was given: the administrator may
 * have set another meanwhile. */
#define SET(what)                                                              \
	"UPDATE accounts SET " what " = ?2 WHERE name = ?1 AND password = ?3"

/* On the writer's thread. */
static int
write_change(struct db *db, void *data, struct err *e)
{
	struct self_job *j = data;
	bool is_password = j->change == PASSWORD_CHANGED;
	char keys[COMMAND_SIZE];
	sqlite3_stmt *s;
	int rc;

	if (!is_password && keylist_change(db, j->account,
				j->change == KEY_ADDED, j->key, keys, e) == -1)
		return -1;
	s = db_prepare(db, is_password ? SET("password") : SET("keys"), e);
	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, j->account, -1, NULL);
	sqlite3_bind_text(s, 2, is_password ? j->fresh_hash : keys, -1, NULL);
	sqlite3_bind_text(s, 3, j->hash, -1, NULL);
	rc = db_step(db, s, e);
	if (rc == 0 && sqlite3_changes(sqlite3_db_handle(s)) == 0)
		rc = err_set(e, 0, "your account was changed meanwhile");
	sqlite3_finalize(s);
	return rc;
}

/* --- the password ---------------------------------------------------------- */

/* On a thread of the pool: touches nothing but the job. */
static void
on_hash(struct hash_task *task)
{
	struct self_job *j = (struct self_job *)task;
	struct crypt_data *data = calloc(1, sizeof(*data));

	j->matches = data != NULL && password_is_of(j->hash, j->password, data);
	if (data != NULL)
		explicit_bzero(data, sizeof(*data));
	free(data);
	if (j->matches && j->change == PASSWORD_CHANGED)
		password_hash(j->fresh, j->fresh_hash);
	explicit_bzero(j->password, sizeof(j->password));
	explicit_bzero(j->fresh, sizeof(j->fresh));
}

static void
on_wrong(struct seat *s)
{
	struct conn *c = self_conn(s);

	log_warn(&s->tag,
	    "self service refused account=%s address=%s"
	    " reason=password",
	    s->account, c == NULL ? "-" : c->peer.text);
	if (c != NULL)
		admission_failed(c, s->account);
}

/* As at a login: what was wrong on the way to the right one is taken back, once. */
static void
on_right(struct seat *s)
{
	struct conn *c = self_conn(s);

	if (c == NULL || strcmp(c->tried, s->account) != 0)
		return;
	admission_logged_in(c);
	c->tried_points = c->waited_points = 0;
}

static int
check_hashed(struct seat *s, const struct self_job *j, bool was_run,
    struct err *e)
{
	if (!was_run || (j->matches && j->change == PASSWORD_CHANGED &&
			    j->fresh_hash[0] == '\0'))
		return err_set(e, 0,
		    "this host is out of memory; try again in a minute");
	if (!j->matches) {
		on_wrong(s);
		return err_set(e, 0, "that is not the password of %s",
		    j->account);
	}
	on_right(s);
	return j->change == PASSWORD_CHANGED
		   ? accounts_check_password(j->monitor, j->fresh_hash, e)
		   : 0;
}

static void
on_hashed(struct hash_task *task, bool was_run)
{
	struct self_job *j = (struct self_job *)task;
	struct seat *s = seat_of(j);
	struct err e = { 0 };

	if (s != NULL && check_hashed(s, j, was_run, &e) == 0) {
		writer_add(j->monitor->writer, write_change, on_written, j);
		return;
	}
	if (s != NULL)
		self_refuse(s, j->serial, &e);
	end(j);
}

/* --- what is asked --------------------------------------------------------- */

static int
check_tries(struct seat *s, struct err *e)
{
	struct monitor *m = s->monitor;
	struct conn *c = self_conn(s);
	unsigned seconds =
	    penalty_left(&m->penalties, &c->peer, uv_now(&m->loop));

	if (seconds > 0)
		return err_set(e, 0,
		    "too many failed logins from %s; try again in %u seconds",
		    c->peer.text, seconds);
	if (!bucket_take(&s->self.tries, (int64_t)uv_now(&m->loop)))
		return err_set(e, 0,
		    "too many tries: try again in half a minute");
	return 0;
}

/* NULL: refused, and told. */
static struct self_job *
begin(struct seat *s, uint32_t serial, struct err *e)
{
	const struct account *a = accounts_find_made(s->monitor, s->account);
	struct self_job *j =
	    check_tries(s, e) == -1 ? NULL : calloc(1, sizeof(*j));

	if (j == NULL) {
		if (e->text[0] == '\0')
			err_set(e, 0, "this host is out of memory");
		self_refuse(s, serial, e);
		return NULL;
	}
	j->task.run = on_hash;
	j->task.done = on_hashed;
	j->monitor = s->monitor;
	j->sandbox = s->sandbox;
	j->serial = serial;
	text_copy(j->account, sizeof(j->account), s->account);
	text_copy(j->hash, sizeof(j->hash), a->password);
	return j;
}

static void
start(struct seat *s, struct self_job *j, const char *password)
{
	text_copy(j->password, sizeof(j->password), password);
	s->self.is_busy = true;
	hashing_add(s->monitor->hashing, &j->task, &self_conn(s)->peer);
}

static int
check_fresh(struct seat *s, const struct msg_self_password *m, struct err *e)
{
	if (self_check(s, SELF_PASSWD, e) == -1 ||
	    password_check(s->account, m->fresh, e) == -1)
		return -1;
	return strcmp(m->old, m->fresh) != 0
		   ? 0
		   : err_set(e, 0,
			 "the new password is the old one: choose another");
}

void
self_password(struct seat *s, struct msg *m)
{
	struct msg_self_password *ask = &m->self_password;
	struct err e = { 0 };
	struct self_job *j;

	if (check_fresh(s, ask, &e) == -1) {
		self_refuse(s, m->serial, &e);
	} else if ((j = begin(s, m->serial, &e)) != NULL) {
		text_copy(j->fresh, sizeof(j->fresh), ask->fresh);
		start(s, j, ask->old);
	}
	explicit_bzero(ask, sizeof(*ask));
}

/* The key that is meant. */
static const char *
find_key(struct seat *s, const struct msg_self_key *m, struct err *e)
{
	const struct account *a;
	const char *key;

	if (self_check(s, SELF_KEY, e) == -1)
		return NULL;
	if (m->removes == 0)
		return key_check(m->key, e) == -1 ? NULL : m->key;
	a = accounts_find_made(s->monitor, s->account);
	key = a == NULL ? NULL : keylist_find(&a->keys, m->key);
	if (key == NULL)
		err_set(e, 0,
		    "%s has no such key: 'lab key list' numbers those it has",
		    s->account);
	return key;
}

void
self_key(struct seat *s, struct msg *m)
{
	struct msg_self_key *ask = &m->self_key;
	char key[LINE_SIZE];
	struct err e = { 0 };
	struct self_job *j;
	const char *found = find_key(s, ask, &e);

	if (found == NULL) {
		self_refuse(s, m->serial, &e);
	} else {
		text_copy(key, sizeof(key), found); /* accounts.h: until the
						       next look-up */
		j = begin(s, m->serial, &e);
		if (j != NULL) {
			j->change = ask->removes != 0 ? KEY_REMOVED : KEY_ADDED;
			text_copy(j->key, sizeof(j->key), key);
			start(s, j, ask->password);
		}
	}
	explicit_bzero(ask->password, sizeof(ask->password));
}
