/* signing.c - signatures of the host keys, and proofs of clients. */
#include "gateway/session/transport/signing.h"

#include <libssh/libssh.h>
#include <poll.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/session.h"
#include "gateway/session/transport/algorithms.h"
#include "gateway/session/transport/hostkey.h"
#include "gateway/session/transport/libssh_watch.h"

void
signing_on_link(struct session *s, struct msg *m)
{
	struct err e;

	scope_close(&s->signer.fd);
	s->signer.fd = take_fd(&m->fd[0]);
	if (chan_nonblock(s->signer.fd, &e) == -1)
		scope_close(&s->signer.fd);
}

#ifndef SHARED_LIBSSH

#define WAIT_MS 30000 /* for a signer, once the login is done */

/* libssh's own, the same in 0.10 and 0.11. */
enum digest {
	DIGEST_AUTO,
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_SHA384,
	DIGEST_SHA512,
};
typedef struct ssh_signature_struct *signature;
signature __real_pki_sign_data(ssh_key key, enum digest digest,
    const unsigned char *input, size_t length);
signature __wrap_pki_sign_data(ssh_key key, enum digest digest,
    const unsigned char *input, size_t length);
int __real_ssh_pki_signature_verify(ssh_session ssh, signature mark,
    const ssh_key key, const unsigned char *input, size_t length);
int __wrap_ssh_pki_signature_verify(ssh_session ssh, signature mark,
    const ssh_key key, const unsigned char *input, size_t length);
int ssh_pki_import_signature_blob(ssh_string blob, ssh_key key, signature *to);

/* --- asking ---------------------------------------------------------------- */

/* Wait for what there is to read: of the signer, the monitor, or that the client
 * hangs up.  False when there is nothing more to wait for. */
static bool
wait_on(struct session *s, int64_t until)
{
	struct pollfd p[] = {
		{ .fd = s->signer.fd, .events = POLLIN },
		{ .fd = s->monitor.fd, .events = POLLIN },
		{ .fd = ssh_get_fd(s->ssh), .events = POLLRDHUP },
	};
	int64_t left = until - clock_ms();

	if (left <= 0 || poll(p, 3, (int)left) == 0) {
		session_end(s, EXIT_SIGNER,
		    "this host does not answer for its host key: try again in"
		    " a moment");
		return false;
	}
	if (p[0].revents == 0 && p[1].revents == 0 && p[2].revents != 0) {
		session_end(s, EXIT_LEFT, NULL);
		return false;
	}
	if (p[1].revents != 0)
		session_read_monitor(s);
	return s->stage != STAGE_ENDING;
}

/* 1: there is an answer; 0: not yet; the link is closed when the signer is lost. */
static int
hear(struct session *s, struct msg *m)
{
	struct err e;

	switch (chan_recv(&s->signer, m, &e)) {
	case CHAN_MESSAGE:
		return 1;
	case CHAN_EMPTY:
	case CHAN_UNKNOWN:
		return 0;
	case CHAN_CLOSED:
	case CHAN_BROKEN:
		break;
	}
	scope_close(&s->signer.fd);
	return 0;
}

/* A signer that is lost is asked no more, and the next one anew. */
static bool
ask(struct session *s, const struct msg *question, struct msg *m)
{
	int64_t until = s->alive.grace_ends != 0 ? s->alive.grace_ends
						 : clock_ms() + WAIT_MS;
	int asked = -1; /* the link that has heard the question */
	struct err e;

	while (s->stage != STAGE_ENDING) {
		if (s->signer.fd != -1 && s->signer.fd != asked) {
			asked = s->signer.fd;
			if (chan_send(&s->signer, question, &e) == -1)
				scope_close(&s->signer.fd);
		}
		if (s->signer.fd != -1 && hear(s, m) == 1)
			return true;
		if (s->signer.fd == -1)
			asked = -1;
		if (!wait_on(s, until))
			return false;
	}
	return false;
}

/* Returns how many bytes the signature has; 0: there is none, and the connection
 * ends. */
static size_t
ask_for_signature(struct session *s, const struct msg *question,
    uint8_t mark[LINE_SIZE])
{
	struct msg m;

	if (!ask(s, question, &m))
		return 0;
	if (m.type == MSG_SIGNED)
		return base64_decode(m.signature.signature, mark, LINE_SIZE);
	session_end(s, EXIT_SIGNER,
	    m.type == MSG_SIGN_REFUSED ? m.sign_refused.reason : "");
	return 0;
}

/* --- the host's signatures ----------------------------------------------------- */

static uint32_t
number_of(const struct hostkeys *all, ssh_key key)
{
	for (unsigned i = 0; i < all->count; i++) {
		if (ssh_key_cmp(all->key[i], key, SSH_KEY_CMP_PUBLIC) == 0)
			return i;
	}
	return HOST_KEYS_MAX;
}

/* The exchange hash, which the host key signs. */
signature
__wrap_pki_sign_data(ssh_key key, enum digest digest,
    const unsigned char *input, size_t length)
{
	struct session *s = libssh_watched();
	uint8_t mark[LINE_SIZE];
	signature made = NULL;
	ssh_string blob;
	struct msg m;
	size_t n;

	if (s == NULL) /* of warmup.c */
		return __real_pki_sign_data(key, digest, input, length);
	if (BASE64_SIZE(length) > TEXT_SIZE)
		return NULL;
	MSG_NEW(&m, SIGN, sign);
	m.sign.key = number_of(s->plan->keys, key);
	m.sign.bits = digest == DIGEST_SHA256 ? 256 : 512;
	base64_encode(input, length, m.sign.hash);
	n = ask_for_signature(s, &m, mark);
	blob = n == 0 ? NULL : ssh_string_new(n);
	if (blob == NULL)
		return NULL;
	ssh_string_fill(blob, mark, n);
	if (ssh_pki_import_signature_blob(blob, key, &made) != SSH_OK)
		made = NULL;
	ssh_string_free(blob);
	return made;
}

size_t
signing_prove_host(struct session *s, uint32_t key, uint8_t mark[LINE_SIZE])
{
	struct msg m;

	MSG_NEW(&m, SIGN_PROOF, sign_proof);
	m.sign_proof.key = key;
	return ask_for_signature(s, &m, mark);
}

/* --- proofs of clients ----------------------------------------------------------- */

/* As sshd has it, unless a key's line says "no-touch-required", which ours
 * cannot. */
static void
log_refusal(struct session *s, ssh_key key)
{
	enum ssh_keytypes_e type = ssh_key_type(key);

	if (is_security_key(type) && !s->login.was_touched)
		session_log(s, LOG_WARN,
		    "key refused type=%s reason=its device was not touched",
		    ssh_key_type_to_char(type));
}

/* What the signer says decides: it has told the monitor.  libssh does not export
 * all of a security key's signature, so it is taken from the packet. */
int
__wrap_ssh_pki_signature_verify(ssh_session ssh, signature mark,
    const ssh_key key, const unsigned char *input, size_t length)
{
	struct session *s = libssh_owner(ssh);
	char data[LINE_SIZE], text[LINE_SIZE];
	struct msg m, reply;
	const struct wire *said;

	if (s == NULL) /* the client of warmup.c */
		return __real_ssh_pki_signature_verify(ssh, mark, key, input,
		    length);
	said = &s->login.signature;
	if (said->left == 0 || BASE64_SIZE(length) > sizeof(data) ||
	    BASE64_SIZE(said->left) > sizeof(text))
		return SSH_ERROR;
	base64_encode(input, length, data);
	base64_encode(said->at, said->left, text);
	MSG_NEW(&m, PROVE, prove);
	m.prove.data = data;
	m.prove.signature = text;
	if (!ask(s, &m, &reply))
		return SSH_ERROR;
	if (reply.type == MSG_PROVE_ANSWER && reply.prove_answer.is_good != 0)
		return SSH_OK;
	log_refusal(s, key);
	return SSH_ERROR;
}

#endif
