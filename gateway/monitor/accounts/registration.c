/* registration.c - a student makes an account. */
#include "gateway/monitor/accounts/registration.h"

#include <crypt.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/config/hours.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/expel.h"
#include "gateway/monitor/accounts/login.h"
#include "gateway/monitor/accounts/passwords.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/links/build.h"

/* One account on its way: hashed on the thread pool, then, when the builder
 * keeps no home of the name, written by the writer.  The connection may have
 * gone when it is done. */
struct newcomer_job {
	LIST_ENTRY(newcomer_job) waiting; /* for the builder's homes */
	bool has_home;
	struct hash_task task;
	struct monitor *monitor;
	uint32_t conn;
	char name[NAME_SIZE];
	char password[SECRET_SIZE];
	char hash[CRYPT_OUTPUT_SIZE];
	char address[INET6_ADDRSTRLEN]; /* who counts as one */
	char groups[LINE_SIZE];
	int64_t expires, per_address, total;
};

/* --- rules ------------------------------------------------------------------ */

/* Compared in a time that depends on what was given only, and not on how much
 * of it is right. */
static bool
is_code(const char *code, const char *given)
{
	size_t n = strlen(code), m = strlen(given);
	unsigned differ = n != m;

	for (size_t i = 0; i < m; i++)
		differ |= (unsigned)(given[i] ^ code[n == 0 ? 0 : i % n]);
	return differ == 0;
}

static int
check_request(struct conn *c, const struct registration *r,
    const struct msg_registering *m, struct err *e)
{
	if (r == NULL)
		return err_set(e, 0,
		    "accounts cannot be made here; ask the administrator for "
		    "one");
	if (r->code[0] != '\0' && !is_code(r->code, m->code))
		return err_set(e, 0,
		    "that is not the code of this event; ask your instructor "
		    "for it");
	/* Whether an account or a lab has the name is not told: a lab may be
	 * hidden. */
	if (accounts_find(c->monitor, m->name) != NULL ||
	    config_lab(c->monitor->config, m->name) != NULL)
		return err_set(e, 0, "the name %s is taken", m->name);
	if (accounts_check_name(c->monitor->config, m->name, e) == -1)
		return -1;
	if (strcmp(m->name, r->name) == 0)
		return err_set(e, 0, "%s is a reserved name", m->name);
	return password_check(m->name, m->password, e);
}

/* --- making it --------------------------------------------------------------- */

static struct newcomer_job *
job_of(struct hash_task *task)
{
	return (struct newcomer_job *)((char *)task -
				       offsetof(struct newcomer_job, task));
}

/* On a thread of the pool: touches nothing but the job. */
static void
on_hash(struct hash_task *task)
{
	struct newcomer_job *j = job_of(task);

	password_hash(j->password, j->hash);
	explicit_bzero(j->password, sizeof(j->password));
}

static int
count(struct db *db, const char *sql, const char *address, int64_t *n,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(db, sql, e);
	int rc;

	if (s == NULL)
		return -1;
	if (address != NULL)
		sqlite3_bind_text(s, 1, address, -1, NULL);
	rc = db_step(db, s, e);
	*n = rc == 1 ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	return rc == -1 ? -1 : 0;
}

#define SELF "SELECT count(*) FROM accounts WHERE source = 'self'"

static int
check_limits(struct db *db, const struct newcomer_job *j, struct err *e)
{
	int64_t here, all;

	if (count(db, SELF " AND address = ?", j->address, &here, e) == -1 ||
	    count(db, SELF, NULL, &all, e) == -1)
		return -1;
	if (here >= j->per_address)
		return err_set(e, 0,
		    "%" PRId64 " accounts were made from your address"
		    " already, and that is the limit here; ask the"
		    " administrator",
		    here);
	if (all >= j->total)
		return err_set(e, 0,
		    "all %" PRId64 " accounts that can be made here are taken;"
		    " ask the administrator",
		    all);
	return 0;
}

/* On the writer's thread, where changes come one after the other: no other
 * account can be made between the check of limits and name and the
 * insertion. */
static int
insert(struct db *db, void *data, struct err *e)
{
	struct newcomer_job *j = data;
	sqlite3_stmt *s;
	int rc;

	if (check_limits(db, j, e) == -1)
		return -1;
	s = db_prepare(db,
	    "INSERT INTO accounts (name, password, groups, expires, created,"
	    " source, address) VALUES (?, ?, ?, ?, ?, 'self', ?)"
	    " ON CONFLICT DO NOTHING",
	    e);
	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, j->name, -1, NULL);
	sqlite3_bind_text(s, 2, j->hash, -1, NULL);
	sqlite3_bind_text(s, 3, j->groups, -1, NULL);
	sqlite3_bind_int64(s, 4, j->expires);
	sqlite3_bind_int64(s, 5, time(NULL));
	sqlite3_bind_text(s, 6, j->address, -1, NULL);
	rc = db_step(db, s, e);
	if (rc == 0 && sqlite3_changes(sqlite3_db_handle(s)) == 0)
		rc = err_set(e, 0, "the name %s is taken", j->name);
	sqlite3_finalize(s);
	if (rc == 0 && accounts_begin(db, j->name, e) != 0)
		rc = -1;
	return rc;
}

static void
refuse(struct conn *c, const char *name, const char *reason)
{
	const struct registration *r = policy_registration(c->monitor->config);

	login_refuse(c, name, "registration", reason);
	/* Counted as a wrong password of one account: a code can be guessed,
	 * too. */
	admission_failed(c, r == NULL ? name : r->name);
}

static void
describe(const struct account *a, char *text)
{
	char day[HOURS_TEXT_SIZE] = "";

	if (a->expires != 0)
		hours_text(a->expires - a->expires % 60, day);
	snprintf(text, TEXT_SIZE,
	    "The account %s is yours%s%s. Next time log in as %s, with your"
	    " password.",
	    a->name, day[0] == '\0' ? "" : ", until ", day, a->name);
}

/* The account, if it is still the one that was made: the configuration may
 * have taken the name meanwhile, or the administrator given it to another. */
static const struct account *
find_own(const struct newcomer_job *j)
{
	const struct account *a = accounts_find(j->monitor, j->name);

	return a != NULL && strcmp(a->password, j->hash) == 0 ? a : NULL;
}

static void
on_written(void *data, const struct err *e)
{
	struct newcomer_job *j = data;
	struct conn *c = conn_by_id(&j->monitor->registry, j->conn);
	const struct account *a;
	char text[TEXT_SIZE];

	if (e == NULL) {
		log_info(NULL, "account registered account=%s address=%s",
		    j->name, j->address);
		accounts_expel_former(j->monitor, j->name);
	}
	a = e == NULL ? find_own(j) : NULL;
	if (c != NULL && c->state == CONN_CHECKING) {
		if (a != NULL) {
			describe(a, text);
			login_admit(c, a, "registration", text);
		} else {
			conn_step(c, CONN_AUTH);
			refuse(c, j->name,
			    e == NULL ? "the account was removed meanwhile"
				      : e->text);
		}
	}
	explicit_bzero(j, sizeof(*j));
	free(j);
}

/* A home without an account was left by an account that the administrator took
 * out of atoll.conf, or removed with --keep-homes: it must not be another
 * student's for having the name. */
static void
go_on(struct newcomer_job *j)
{
	struct err e = { 0 };

	LIST_REMOVE(j, waiting);
	if (!j->has_home) {
		writer_add(j->monitor->writer, insert, on_written, j);
		return;
	}
	log_warn(NULL,
	    "registration refused account=%s: there are homes of that name"
	    " from before, see 'atoll homes'",
	    j->name);
	err_set(&e, 0, "the name %s is taken", j->name);
	on_written(j, &e);
}

/* The homes that the builder keeps.  When it is lost the monitor ends, and
 * register_free() has the job. */
static bool
on_home(void *self, struct msg *told)
{
	struct newcomer_job *j = self;

	if (told != NULL && told->type == MSG_HOME) {
		j->has_home |= strcmp(j->name, told->home.account) == 0;
		return false;
	}
	if (told != NULL)
		go_on(j);
	return true;
}

static void
on_hashed(struct hash_task *task, bool was_run)
{
	struct newcomer_job *j = job_of(task);
	struct monitor *m = j->monitor;
	struct conn *c = conn_by_id(&m->registry, j->conn);
	struct err e = { 0 };

	if (c != NULL)
		c->hashing = NULL;
	if (was_run && j->hash[0] != '\0') {
		LIST_INSERT_HEAD(&m->newcomers, j, waiting);
		build_ask_homes(m, on_home, j);
		return;
	}
	err_set(&e, 0, "this host is out of memory; try again in a minute");
	on_written(j, &e);
}

void
register_free(struct monitor *m)
{
	while (!LIST_EMPTY(&m->newcomers)) {
		struct newcomer_job *j = LIST_FIRST(&m->newcomers);

		LIST_REMOVE(j, waiting);
		explicit_bzero(j, sizeof(*j));
		free(j);
	}
}

/* An IPv4 address, or the /64 of an IPv6 address, as text. */
static void
address_text(const struct address *a, char to[INET6_ADDRSTRLEN])
{
	char net[INET6_ADDRSTRLEN];

	text_copy(to, INET6_ADDRSTRLEN, a->text);
	if (strchr(a->text, ':') != NULL &&
	    inet_ntop(AF_INET6, a->who, net, sizeof(net)) != NULL)
		snprintf(to, INET6_ADDRSTRLEN, "%.40s/64", net);
}

static void
start(struct conn *c, const struct registration *r,
    const struct msg_registering *m)
{
	struct newcomer_job *j = calloc(1, sizeof(*j));
	size_t at = 0;

	if (j == NULL) {
		refuse(c, m->name,
		    "this host is out of memory; try again in a minute");
		return;
	}
	conn_step(c, CONN_CHECKING);
	admission_rank(c, RANK_BUSY);
	c->lab[0] = '\0'; /* a login before may have named one */
	j->task.run = on_hash;
	j->task.done = on_hashed;
	j->monitor = c->monitor;
	j->conn = c->id;
	text_copy(j->name, sizeof(j->name), m->name);
	text_copy(j->password, sizeof(j->password), m->password);
	address_text(&c->peer, j->address);
	for (size_t i = 0; i < r->groups.count && at < LINE_SIZE; i++)
		at += (size_t)snprintf(j->groups + at, LINE_SIZE - at, "%s%s",
		    i == 0 ? "" : " ", r->groups.at[i]);
	j->expires = r->lifetime == 0 ? 0 : time(NULL) + r->lifetime;
	j->per_address = r->per_address;
	j->total = r->total;
	c->hashing = &j->task;
	hashing_add(c->monitor->hashing, &j->task, &c->peer);
}

void
register_account(struct conn *c, struct msg_registering *m)
{
	const struct registration *r = policy_registration(c->monitor->config);
	struct err e = { 0 };

	if (check_request(c, r, m, &e) == -1)
		refuse(c, m->name, e.text);
	else
		start(c, r, m);
	explicit_bzero(m->password, sizeof(m->password));
}
