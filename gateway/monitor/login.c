/* login.c - is this who they say? */
#include "gateway/monitor/login.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/door.h"
#include "gateway/monitor/key.h"

/* Hashed when there is no account: yescrypt as mkpasswd makes it, of a
 * password that nobody knows. */
static const char nobody[] = "$y$j9T$ZFtsrFOy3xwxwqMNSiFSL.$"
			     "TV.ynGYS8dKUD.1OGkZHD7fbCHSHoXd9hkRU7NCAn2D";

/* One password being hashed.  The connection may be gone when it is done, so
 * the job knows it by its number. */
struct job {
	uv_work_t work;
	struct monitor *monitor;
	uint32_t conn;
	char account[NAME_SIZE];
	char password[SECRET_SIZE];
	char hash[TEXT_SIZE];
	bool matches;
};

static void
answer(struct conn *c, bool allow)
{
	struct msg m;

	MSG_NEW(&m, LOGIN_ANSWER, login_answer);
	m.login_answer.allow = allow;
	link_send(c->link, &m);
}

static void
admit(struct conn *c, const char *account, const char *method)
{
	if (!conn_step(c, CONN_READY))
		return;
	conn_name(c, account);
	door_logged_in(c);
	log_info(&c->tag, "login method=%s address=%s port=%u", method,
	    c->peer.text, c->peer.port);
	answer(c, true);
}

static void
refuse(struct conn *c, const char *account, const char *method)
{
	c->tries++;
	log_warn(&c->tag,
	    "login refused name=%s method=%s address=%s port=%u tries=%u",
	    account[0] != '\0' ? account : "?", method, c->peer.text,
	    c->peer.port, c->tries);
	answer(c, false);
	door_rank(c, RANK_SPOKE);
}

static void
refuse_password(struct conn *c, const char *account)
{
	refuse(c, account, "password");
	door_failed(c, account,
	    config_account(c->monitor->config, account) != NULL);
}

/* On a thread of the pool: touches nothing but the job. */
static void
on_hash(uv_work_t *work)
{
	struct job *j = work->data;
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *got;
	size_t n = strlen(j->hash);
	unsigned differ = 0;

	if (data == NULL)
		return;
	got = crypt_r(j->password, j->hash, data);
	if (got != NULL && strlen(got) == n) {
		for (size_t i = 0; i < n; i++)
			differ |= (unsigned)(got[i] ^ j->hash[i]);
		j->matches = differ == 0;
	}
	explicit_bzero(data, sizeof(*data));
	free(data);
}

static struct conn *
find_conn(struct monitor *m, uint32_t id)
{
	struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all)
	{
		if (c->id == id)
			return c;
	}
	return NULL;
}

static void
on_hashed(uv_work_t *work, int status)
{
	struct job *j = work->data;
	struct conn *c = find_conn(j->monitor, j->conn);
	const struct account *a =
	    config_account(j->monitor->config, j->account);

	if (c != NULL && c->state == CONN_CHECKING) {
		/* The account must still have the hash that was checked: a
		 * reload may have taken it away meanwhile. */
		if (status == 0 && j->matches && a != NULL &&
		    strcmp(a->password, j->hash) == 0)
			admit(c, j->account, "password");
		else if (conn_step(c, CONN_AUTH))
			refuse_password(c, j->account);
	}
	explicit_bzero(j, sizeof(*j));
	free(j);
}

void
login_password(struct conn *c, struct msg_login_password *m)
{
	const struct account *a =
	    config_account(c->monitor->config, m->account);
	const char *hash =
	    a != NULL && a->password[0] != '\0' ? a->password : nobody;
	struct job *j = calloc(1, sizeof(*j));

	if (j != NULL && conn_step(c, CONN_CHECKING)) {
		door_rank(c, RANK_BUSY);
		j->work.data = j;
		j->monitor = c->monitor;
		j->conn = c->id;
		text_copy(j->account, sizeof(j->account), m->account);
		text_copy(j->password, sizeof(j->password), m->password);
		text_copy(j->hash, sizeof(j->hash), hash);
		uv_queue_work(&c->monitor->loop, &j->work, on_hash, on_hashed);
	} else {
		free(j);
		refuse(c, m->account, "password");
	}
	explicit_bzero(m->password, sizeof(m->password));
}

void
login_key(struct conn *c, const struct msg_login_key *m)
{
	const struct account *a =
	    config_account(c->monitor->config, m->account);
	bool known = false;

	for (size_t i = 0; a != NULL && i < a->keys.count; i++)
		known = key_is_same(a->keys.at[i], m->key) || known;
	if (known && m->signed_by_client)
		admit(c, m->account, "key");
	else if (known)
		answer(c, true);
	else if (m->signed_by_client)
		refuse(c, m->account, "key");
	else
		answer(c, false); /* a client may try every key it has */
	door_rank(c, RANK_SPOKE);
}
