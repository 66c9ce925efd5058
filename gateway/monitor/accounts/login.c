/* login.c - passwords, keys, and logins without an account. */
#include "gateway/monitor/accounts/login.h"

#include <crypt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/pubkey.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/browser_code.h"
#include "gateway/monitor/accounts/passwords.h"
#include "gateway/monitor/accounts/rehearsal.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/links/signer_conns.h"

/* One password being hashed.  The connection may be gone when the job is done,
 * so the job has its number and no pointer. */
struct job {
	struct hash_task task;
	struct monitor *monitor;
	uint32_t conn;
	char account[NAME_SIZE];
	char password[SECRET_SIZE];
	char hash[TEXT_SIZE];	/* the account's; "" when there is none */
	struct methods methods; /* of the site, the account's among them */
	bool matches;
};

/* As LOGIN_ANSWER says it. */
static uint32_t
staff_of(const struct conn *c)
{
	const struct config *cf = c->monitor->config;

	if (!policy_is_staff_somewhere(cf, accounts_of(c)))
		return 0;
	return strcmp(c->lab, WALL_LAB) == 0 && config_lab(cf, c->lab) == NULL
		   ? 2
		   : 1;
}

static void
answer(struct conn *c, bool allow, const char *notice)
{
	const struct config *cf = c->monitor->config;
	struct msg m;

	MSG_NEW(&m, LOGIN_ANSWER, login_answer);
	m.login_answer.allow = allow;
	if (allow) {
		m.login_answer.staff = staff_of(c);
		text_copy(m.login_answer.account, NAME_SIZE, c->account);
		text_copy(m.login_answer.lab, NAME_SIZE, c->lab);
		m.login_answer.forwarding =
		    policy_forwarding_of(cf, accounts_of(c), c->lab);
	}
	text_copy(m.login_answer.notice, TEXT_SIZE, notice);
	link_send(c->link, &m);
}

void
login_admit(struct conn *c, const struct account *a, const char *method,
    const char *notice)
{
	conn_step(c, CONN_READY);
	conn_name(c, a->name);
	if (a->only_lab ==
	    NULL) /* a guesser can log in without an account, too */
		admission_logged_in(c);
	signers_logged_in(c); /* before its session can ask for more */
	metrics_login(&c->monitor->metrics, method, "ok");
	log_info(&c->tag, "login method=%s address=%s port=%u", method,
	    c->peer.text, c->peer.port);
	answer(c, true, notice);
}

/* Why a login is refused although password or key was right: in one word for
 * the log, and as a text for the student; or NULL. */
static const char *
find_refusal(const struct conn *c, const struct account *a,
    char text[TEXT_SIZE])
{
	int64_t most = c->monitor->config->connections_per_account;

	if (!rehearsal_admits(c->monitor, a, &c->peer)) {
		snprintf(text, TEXT_SIZE,
		    "%s is an account of a rehearsal, which is over or is not"
		    " held where you are",
		    a->name);
		return "rehearsal";
	}
	if (accounts_find_refusal(a, text) != NULL)
		return a->is_locked ? "locked" : "expired";
	if (conns_of_account(&c->monitor->registry, a->name) < most)
		return NULL;
	snprintf(text, TEXT_SIZE,
	    "%s has %" PRId64 " connections already, and that is the limit"
	    " (connections_per_account); end one of them first",
	    a->name, most);
	return "connections_per_account";
}

/* Such a reason is told only to a client with the right password or key: others
 * learn nothing about the account, not even whether it is there. */
static void
admit(struct conn *c, const struct account *a, const char *method)
{
	char text[TEXT_SIZE];
	const char *why = find_refusal(c, a, text);

	if (why != NULL) {
		metrics_login(&c->monitor->metrics, method, why);
		log_warn(&c->tag,
		    "login refused name=%s method=%s address=%s port=%u"
		    " reason=%s",
		    a->name, method, c->peer.text, c->peer.port, why);
		answer_goodbye(c, text);
		return;
	}
	accounts_notice(a, text);
	login_admit(c, a, method, text);
}

void
login_refuse(struct conn *c, const char *account, const char *method,
    const char *reason)
{
	c->tries++;
	metrics_login(&c->monitor->metrics, method, "refused");
	log_warn(&c->tag,
	    "login refused name=%s method=%s address=%s port=%u tries=%u%s%s",
	    account[0] != '\0' ? account : "?", method, c->peer.text,
	    c->peer.port, c->tries,
	    reason[0] == '\0' ? "" : " reason=", reason);
	answer(c, false, reason);
	admission_rank(c, RANK_SPOKE);
}

static void
refuse(struct conn *c, const char *account, const char *method)
{
	login_refuse(c, account, method, "");
}

static void
refuse_password(struct conn *c, const char *account)
{
	refuse(c, account, "password");
	admission_failed(c, account);
}

/* On a thread of the pool: touches nothing but the job.  Every login does the
 * same work, whatever method the account has and whether there is an account:
 * the time would tell (methods.h). */
static void
on_hash(struct hash_task *task)
{
	struct job *j = (struct job *)task;
	struct crypt_data *data = calloc(1, sizeof(*data));

	for (unsigned i = 0; data != NULL && i < j->methods.count; i++) {
		const char *hash = j->methods.example[i];
		bool is_own = methods_are_same(hash, j->hash);
		bool matches =
		    password_is_of(is_own ? j->hash : hash, j->password, data);

		j->matches |= is_own && matches;
	}
	if (data != NULL)
		explicit_bzero(data, sizeof(*data));
	free(data);
}

static void
on_hashed(struct hash_task *task, bool was_run)
{
	struct job *j = (struct job *)task;
	struct conn *c = conn_by_id(&j->monitor->registry, j->conn);
	const struct account *a = accounts_find(j->monitor, j->account);

	if (c != NULL)
		c->hashing = NULL;
	if (c != NULL && c->state == CONN_CHECKING) {
		/* The account must still have the hash that was checked: an
		 * administrator may have changed the password, or removed the
		 * account, while the old one was hashed. */
		if (was_run && j->matches && a != NULL && j->hash[0] != '\0' &&
		    strcmp(a->password, j->hash) == 0) {
			admit(c, a, "password");
		} else {
			conn_step(c, CONN_AUTH);
			refuse_password(c, j->account);
		}
	}
	explicit_bzero(j, sizeof(*j));
	free(j);
}

/* --- without an account ----------------------------------------------------- */

/* Connections without an account in a lab: from everywhere (NULL), or from one
 * address. */
static int64_t
count_anonymous(const struct registry *r, const char *lab,
    const struct address *from)
{
	const struct conn *c;
	int64_t n = 0;

	TAILQ_FOREACH(c, &r->conns, all)
		n += strcmp(c->anonymous, lab) == 0 &&
		     (from == NULL || address_is_same_who(&c->peer, from));
	return n;
}

/* Unless the lab says: three quarters, so that one address keeps no other out
 * and a classroom behind one has most. */
static int64_t
places_per_address(const struct lab *lab)
{
	return lab->anonymous_per_address > 0
		   ? lab->anonymous_per_address
		   : (lab->anonymous_max * 3 + 3) / 4;
}

/* Which limit leaves no place, by its name in the lab's file, and a text; or
 * NULL. */
static const char *
find_no_place(const struct conn *c, const struct lab *lab, char text[TEXT_SIZE])
{
	const struct registry *r = &c->monitor->registry;
	int64_t here = places_per_address(lab);

	if (count_anonymous(r, lab->name, NULL) >= lab->anonymous_max) {
		snprintf(text, TEXT_SIZE,
		    "all %" PRId64 " places of %s for people without an"
		    " account are taken; try again later",
		    lab->anonymous_max, lab->name);
		return "anonymous_max";
	}
	if (count_anonymous(r, lab->name, &c->peer) >= here) {
		snprintf(text, TEXT_SIZE,
		    "%" PRId64 " people without an account are in %s from your"
		    " address already, and that is the limit; try again later",
		    here, lab->name);
		return "anonymous_per_address";
	}
	return NULL;
}

/* A seat of its own: the account is this connection's alone. */
static void
admit_anonymous(struct conn *c, const struct lab *lab)
{
	char name[NAME_SIZE];
	const struct account a = { .name = name, .only_lab = lab->name };

	snprintf(name, sizeof(name), "anon-%u", c->id);
	text_copy(c->anonymous, sizeof(c->anonymous), lab->name);
	text_copy(c->lab, sizeof(c->lab), lab->name);
	login_admit(c, &a, "none", "");
}

/* Is the name that the client logs in with a lab that takes anybody?  Then the
 * login is answered here.  An account of that name wins. */
static bool
is_anonymous(struct conn *c, const char *account, const char *named)
{
	const struct lab *lab = config_lab(c->monitor->config, account);
	char text[TEXT_SIZE];
	const char *limit;

	if (lab == NULL || !lab->anonymous ||
	    (named[0] != '\0' && strcmp(named, lab->name) != 0) ||
	    accounts_find(c->monitor, account) != NULL)
		return false;
	limit = find_no_place(c, lab, text);
	if (limit == NULL) {
		admit_anonymous(c, lab);
		return true;
	}
	metrics_login(&c->monitor->metrics, "none", limit);
	log_warn(&c->tag,
	    "login refused name=%s method=none address=%s port=%u reason=%s",
	    account, c->peer.text, c->peer.port, limit);
	answer_goodbye(c, text);
	return true;
}

void
login_none(struct conn *c, const struct msg_login_none *m)
{
	if (!is_anonymous(c, m->account, m->lab))
		answer(c, false, "");
}

/* --- passwords and keys ------------------------------------------------------ */

/* False without memory; else on_hashed() answers. */
static bool
hash_password(struct conn *c, const struct account *a,
    const struct msg_login_password *m)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return false;
	conn_step(c, CONN_CHECKING);
	admission_rank(c, RANK_BUSY);
	j->task.run = on_hash;
	j->task.done = on_hashed;
	j->monitor = c->monitor;
	j->conn = c->id;
	text_copy(j->account, sizeof(j->account), m->account);
	text_copy(j->password, sizeof(j->password), m->password);
	text_copy(j->hash, sizeof(j->hash), a != NULL ? a->password : "");
	j->methods = c->monitor->methods;
	if (!methods_learn(&j->methods, j->hash)) /* one too many */
		text_copy(j->methods.example[METHODS_MAX - 1], TEXT_SIZE,
		    j->hash);
	c->hashing = &j->task;
	hashing_add(c->monitor->hashing, &j->task, &c->peer);
	return true;
}

/* A wrong code is a wrong password, and costs the same. */
void
login_password(struct conn *c, struct msg_login_password *m)
{
	const struct account *a;

	if (is_anonymous(c, m->account, m->lab))
		return;
	a = accounts_find(c->monitor, m->account);
	if (a != NULL && browser_code_use(c, m))
		admit(c, a, "code");
	else if (!hash_password(c, a, m))
		refuse(c, m->account, "password");
	explicit_bzero(m->password, sizeof(m->password));
}

/* A key was looked up, among the account's or by keys_command.  A client first
 * asks whether a key would do, without a signature (RFC 4252 section 7): that
 * is answered, but is no login, and no failure either. */
static void
decide_key(struct conn *c, const char *account, bool is_signed, bool known)
{
	const struct account *a = accounts_find(c->monitor, account);

	if (known && is_signed && a != NULL)
		admit(c, a, "key");
	else if (is_signed)
		refuse(c, account, "key");
	else
		answer(c, known, ""); /* a client may try every key it has */
	admission_rank(c, RANK_SPOKE);
}

/* What keys_command is or was asked for this connection. */
struct keys_request {
	bool is_open; /* it has not been answered */
	bool is_signed;
	bool found; /* it said yes: the signature needs no second run */
	char account[NAME_SIZE];
	char key[];
};

/* keys_command said yes to this key when the client asked without a signature:
 * it need not run a second time for the signature that follows. */
static bool
is_vouched(const struct conn *c, const struct msg_login_key *m)
{
	const struct keys_request *q = c->keys_request;

	return q != NULL && q->found && strcmp(q->account, m->account) == 0 &&
	       strcmp(q->key, m->key) == 0;
}

static void
keys_said(struct conn *c, bool found)
{
	struct keys_request *q = c->keys_request;
	bool exists;

	if (q == NULL || !q->is_open || c->state != CONN_CHECKING)
		return;
	q->is_open = false;
	/* The account may have been removed meanwhile. */
	exists = accounts_find(c->monitor, q->account) != NULL;
	q->found = found && exists;
	conn_step(c, CONN_AUTH);
	decide_key(c, q->account, q->is_signed, q->found);
}

/* NULL when the process of keys_command was lost: that is a no. */
static bool
on_keys_reply(void *self, struct msg *m)
{
	struct conn *c = self;
	const char *reason =
	    m == NULL ? "its process was lost" : m->keys_said.reason;

	if (reason[0] != '\0')
		log_warn(&c->tag, "keys_command reason=%s", reason);
	keys_said(c, m != NULL && m->keys_said.found != 0);
	return true;
}

/* True when keys_said() will follow. */
static bool
ask_command(struct conn *c, const struct msg_login_key *m)
{
	size_t size = strlen(m->key) + 1;
	struct keys_request *q = malloc(sizeof(*q) + size);
	struct err ignored;

	/* The key becomes an argument of a program that the site has written:
	 * it gets nothing that is not a key. */
	if (q == NULL || key_check(m->key, &ignored) == -1 ||
	    !keys_ask(c, m->account, m->key, on_keys_reply)) {
		free(q);
		return false;
	}
	*q = (struct keys_request){ .is_open = true,
		.is_signed = m->signed_by_client };
	text_copy(q->account, sizeof(q->account), m->account);
	memcpy(q->key, m->key, size);
	free(c->keys_request);
	c->keys_request = q;
	conn_step(c, CONN_CHECKING);
	admission_rank(c, RANK_BUSY);
	return true;
}

void
login_key(struct conn *c, const struct msg_login_key *m)
{
	const struct account *a = accounts_find(c->monitor, m->account);
	bool known = a != NULL && is_vouched(c, m);

	/* All are compared: where the right one stands is not told. */
	for (size_t i = 0; a != NULL && i < a->keys.count; i++)
		known = key_is_same(a->keys.at[i], m->key) || known;
	if (a == NULL || known || !ask_command(c, m))
		decide_key(c, m->account, m->signed_by_client, known);
}
