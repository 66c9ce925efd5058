/*
 * client.c - what a session asks of the signer.
 *
 * Whatever is wrong ends that session's link, and the monitor is told.
 */
#include "gateway/signer/client.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/base/clock.h"
#include "gateway/signer/proof.h"

#define HASH_MIN   20
#define PROOFS_MAX 300 /* the monitor hears of no more logins */

/* Each of the host's keys, as often as a session answers its client. */
#define HOST_PROOFS_MAX (3 * HOST_KEYS_MAX)

#define UNKNOWN_MAX 1000

#define PROVE_NAME "hostkeys-prove-00@openssh.com"

/* What is said to the monitor and does not reach it: it is gone, and we will be. */
static void
tell_monitor(const struct signer *s, const struct msg *m)
{
	struct err ignored;

	signer_tell(s, m, &ignored);
}

/* A session that does not read its answers gets no others. */
static void
answer(struct client *c, const struct msg *m)
{
	struct err ignored;

	if (chan_send(&c->link, m, &ignored) == -1)
		c->is_over = true;
}

static void
blame(struct signer *s, struct client *c, const char *reason)
{
	struct msg m;

	MSG_NEW(&m, SIGNER_BLAME, signer_blame);
	m.signer_blame.connection = c->connection;
	text_copy(m.signer_blame.reason, TEXT_SIZE, reason);
	tell_monitor(s, &m);
	MSG_NEW(&m, SIGN_REFUSED, sign_refused);
	text_copy(m.sign_refused.reason, TEXT_SIZE, reason);
	answer(c, &m);
	c->is_over = true;
}

/* --- signing ------------------------------------------------------------------ */

static void
sign(struct signer *s, struct client *c, uint32_t key, uint32_t bits,
    const uint8_t *bytes, size_t n)
{
	uint8_t blob[BLOB_MAX];
	char text[BASE64_SIZE(BLOB_MAX)];
	struct wire_out out = { blob, 0, sizeof(blob), false };
	struct msg m;

	if (key >= s->count ||
	    private_key_sign(&s->keys[key], bits, bytes, n, &out) == -1) {
		blame(s, c, "asked for a signature that no host key makes");
		return;
	}
	base64_encode(blob, out.used, text);
	MSG_NEW(&m, SIGNED, signature);
	m.signature.signature = text;
	answer(c, &m);
}

/* NULL: it may have this hash signed. */
static const char *
find_obstacle(struct client *c)
{
	if (c->id_length == 0 && !c->is_logged_in)
		return NULL;
	if (!c->is_logged_in)
		return "keys were exchanged a second time before the login";
	return bucket_take(&c->renewals, clock_ms())
		   ? NULL
		   : "keys were exchanged anew too often";
}

static void
on_sign(struct signer *s, struct client *c, const struct msg *m)
{
	const char *obstacle = find_obstacle(c);
	uint8_t hash[ID_MAX + 1];
	size_t n = base64_decode(m->sign.hash, hash, sizeof(hash));

	if (obstacle == NULL && (n < HASH_MIN || n > ID_MAX))
		obstacle = "asked for a signature of what is no hash";
	if (obstacle == NULL && m->sign.key < s->count &&
	    s->keys[m->sign.key].is_next)
		obstacle = "asked for a signature of a later host key";
	if (obstacle != NULL) {
		blame(s, c, obstacle);
		return;
	}
	if (c->id_length == 0) {
		memcpy(c->id, hash, n);
		c->id_length = n;
	}
	sign(s, c, m->sign.key, m->sign.bits, hash, n);
}

/* Nothing here is the session's own but the number: what is signed can be used for
 * no other connection, and for no key exchange. */
static void
on_sign_proof(struct signer *s, struct client *c, uint32_t key)
{
	uint8_t bytes[BLOB_MAX + ID_MAX + 64];
	struct wire_out out = { bytes, 0, sizeof(bytes), false };

	if (!c->is_logged_in || c->id_length == 0 || key >= s->count ||
	    c->host_proofs++ >= HOST_PROOFS_MAX) {
		blame(s, c, "asked for a proof that it may not have");
		return;
	}
	wire_put_word(&out, PROVE_NAME);
	wire_put_text(&out, c->id, c->id_length);
	wire_put_text(&out, s->keys[key].blob, s->keys[key].length);
	sign(s, c, key, 512, bytes, out.used);
}

/* --- proofs of clients -------------------------------------------------------- */

static void
tell_proof(const struct signer *s, const struct client *c,
    const struct proof *p)
{
	char base64[BASE64_SIZE(LINE_SIZE)], line[sizeof(base64) + 64];
	struct msg m;

	base64_encode(p->key.at, p->key.left, base64);
	snprintf(line, sizeof(line), "%s %s", p->type, base64);
	MSG_NEW(&m, PROVED, proved);
	m.proved.connection = c->connection;
	memcpy(m.proved.user, p->user.at, p->user.left);
	m.proved.key = line;
	tell_monitor(s, &m);
}

/* The monitor first: when the session hears the answer, it is told. */
static void
on_prove(struct signer *s, struct client *c, const struct msg *m)
{
	uint8_t data[LINE_SIZE], mark[LINE_SIZE];
	struct wire id = { c->id, c->id_length, false };
	struct wire said = { data,
		base64_decode(m->prove.data, data, sizeof(data)), false };
	struct wire signature = { mark,
		base64_decode(m->prove.signature, mark, sizeof(mark)), false };
	struct proof p;
	struct msg reply;
	bool is_good;

	if (c->is_logged_in || c->id_length == 0 || c->proofs++ >= PROOFS_MAX) {
		blame(s, c, "had a signature verified out of turn");
		return;
	}
	is_good = proof_check(id, said, signature, &p) &&
		  p.user.left < TEXT_SIZE && p.key.left < LINE_SIZE / 2;
	if (is_good)
		tell_proof(s, c, &p);
	MSG_NEW(&reply, PROVE_ANSWER, prove_answer);
	reply.prove_answer.is_good = is_good;
	answer(c, &reply);
}

void
client_read(struct signer *s, struct client *c)
{
	struct msg m;
	struct err e;

	switch (chan_recv(&c->link, &m, &e)) {
	case CHAN_EMPTY:
		return;
	case CHAN_CLOSED:
		c->is_over = true;
		return;
	case CHAN_UNKNOWN: /* of a newer build; a flood has to have an end */
		if (c->unknown++ < UNKNOWN_MAX)
			return;
		blame(s, c, "said too much that is unknown");
		return;
	case CHAN_BROKEN:
		blame(s, c, "said what nobody understands");
		return;
	case CHAN_MESSAGE:
		break;
	}
	if (m.type == MSG_SIGN)
		on_sign(s, c, &m);
	else if (m.type == MSG_SIGN_PROOF)
		on_sign_proof(s, c, m.sign_proof.key);
	else if (m.type == MSG_PROVE)
		on_prove(s, c, &m);
	msg_close(&m);
}
