/* signer_conns.c - which connection asks which signer, and what its client proved. */
#include "gateway/monitor/links/signer_conns.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/signer_list.h"

static const char lost_text[] =
    "the process that has the host's keys was lost: log in again";

/* In turn: all cost the same. */
static struct signer *
choose_of(struct signers *all, enum signer_state state, uint32_t set)
{
	struct signer *s;
	unsigned n = 0;

	LIST_FOREACH(s, &all->all, all)
		n += s->state == state && s->set == set;
	if (n == 0)
		return NULL;
	n = all->turns++ % n;
	LIST_FOREACH(s, &all->all, all) {
		if (s->state == state && s->set == set && n-- == 0)
			break;
	}
	return s;
}

static struct signer *
choose(struct signers *all, uint32_t set)
{
	struct signer *s = choose_of(all, SIGNER_CURRENT, set);

	return s != NULL ? s : choose_of(all, SIGNER_RETIRED, set);
}

static bool
is_logged_in(const struct conn *c)
{
	return c->state == CONN_READY || c->state == CONN_WAITING ||
	       c->state == CONN_SEATED;
}

static int
pass_ends(struct conn *c, struct signer *s, int to_signer, int to_session,
    struct err *e)
{
	struct msg msg;

	MSG_NEW(&msg, SIGNER_CONNECTION, signer_connection);
	msg.signer_connection.connection = c->id;
	msg.signer_connection.is_logged_in = is_logged_in(c);
	msg.fd[0] = to_signer;
	if (link_pass(s->link, &msg, e) == -1)
		return -1;
	MSG_NEW(&msg, SIGNER_LINK, signer_link);
	msg.fd[0] = to_session;
	return link_pass(c->link, &msg, e);
}

static void
introduce(struct conn *c)
{
	struct signer *s = choose(c->monitor->signers, c->key_set);
	CLOSES int to_signer = -1;
	CLOSES int to_session = -1;
	struct err e = { 0 };

	if (s == NULL || c->link == NULL)
		return;
	if (chan_link(&to_signer, &to_session, &e) == -1 ||
	    pass_ends(c, s, to_signer, to_session, &e) == -1) {
		log_error(&c->tag, "cannot be linked to atoll-signer: %s",
		    e.text);
		link_close(c->link, e.text);
		return;
	}
	c->signer = s;
}

void
signers_introduce(struct conn *c, uint32_t set)
{
	c->key_set = set;
	if (set != 0)
		introduce(c);
}

void
signer_introduce_waiting(struct monitor *m, uint32_t set)
{
	struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->signer == NULL && c->key_set == set &&
		    c->state != CONN_CLOSING)
			introduce(c);
	}
}

/* Whether a session that has not logged in had its one signature only that signer
 * knew: it gets no other. */
void
signer_lose_conns(struct signer *s)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->monitor->registry.conns, all) {
		if (c->signer != s)
			continue;
		c->signer = NULL;
		if (is_logged_in(c))
			introduce(c);
		else if (c->state != CONN_CLOSING)
			answer_goodbye(c, lost_text);
	}
}

bool
signer_is_needed(const struct signer *s)
{
	const struct conn *c;

	if (s->state != SIGNER_RETIRED)
		return true;
	TAILQ_FOREACH(c, &s->monitor->registry.conns, all) {
		if (c->signer == s)
			return true;
	}
	return false;
}

void
signers_logged_in(struct conn *c)
{
	struct msg msg;

	free(take_ptr(&c->proof));
	if (c->signer == NULL)
		return;
	MSG_NEW(&msg, SIGNER_LOGGED_IN, signer_logged_in);
	msg.signer_logged_in.connection = c->id;
	link_send(c->signer->link, &msg);
}

void
signers_forget(struct conn *c)
{
	free(take_ptr(&c->proof));
	c->signer = NULL;
}

/* --- proofs ---------------------------------------------------------------- */

void
signers_restore_proof(struct conn *c, const char *user, const char *key)
{
	size_t size = strlen(key) + 1;
	struct key_proof *p = malloc(sizeof(*p) + size);

	free(take_ptr(&c->proof));
	if (p == NULL)
		return; /* the login is refused then */
	text_copy(p->user, sizeof(p->user), user);
	memcpy(p->key, key, size);
	c->proof = p;
}

void
signer_proved(void *self, struct msg *m)
{
	const struct signer *s = self;
	struct conn *c =
	    conn_by_id(&s->monitor->registry, m->proved.connection);

	if (c != NULL && c->signer == s && !is_logged_in(c))
		signers_restore_proof(c, m->proved.user, m->proved.key);
}

/* The signer had told us before the session could say that it knows. */
bool
signers_have_proof(struct conn *c, const char *account, const char *lab,
    const char *key)
{
	char proved[NAME_SIZE], proved_lab[NAME_SIZE];
	bool is_it;

	if (c->key_set == 0)
		return !HAS_SIGNER;
	if (c->signer != NULL)
		link_hear(c->signer->link);
	if (c->proof == NULL || c->state != CONN_AUTH)
		return false;
	name_read_login(c->proof->user, proved, proved_lab);
	is_it = strcmp(account, proved) == 0 && strcmp(lab, proved_lab) == 0 &&
		strcmp(key, c->proof->key) == 0;
	free(take_ptr(&c->proof));
	return is_it;
}

void
signer_blame(void *self, struct msg *m)
{
	const struct signer *s = self;
	struct conn *c =
	    conn_by_id(&s->monitor->registry, m->signer_blame.connection);

	if (c == NULL || c->signer != s)
		return;
	log_warn(&c->tag, "atoll-signer hears it no more: %s",
	    m->signer_blame.reason);
	answer_goodbye(c, m->signer_blame.reason);
}
