/* announce.c - tells clients that have logged in all host keys. */
#include "gateway/session/transport/announce.h"

#include <arpa/inet.h>
#include <libssh/libssh.h>
#include <string.h>

#include "gateway/session/session.h"
#include "gateway/session/transport/hostkey.h"
#include "gateway/session/transport/libssh_watch.h"
#include "gateway/session/transport/reply.h"
#include "gateway/session/transport/signing.h"

#define PROVE "hostkeys-prove-00@openssh.com"

/* A client asks once; each proof costs a signature for each key. */
#define PROOFS_MAX 3

#ifdef SHARED_LIBSSH

void
announce_host_keys(struct session *s)
{
	(void)s;
}

void
announce_prove(struct session *s, struct wire keys)
{
	(void)keys;
	reply_global(s, false);
}

#else

int ssh_pki_export_pubkey_blob(ssh_key key, ssh_string *blob);

static int
add_text(ssh_buffer to, const void *bytes, size_t n)
{
	uint32_t length = htonl((uint32_t)n);

	return ssh_buffer_add_data(to, &length, sizeof(length)) == 0 &&
		       ssh_buffer_add_data(to, bytes, (uint32_t)n) == 0
		   ? 0
		   : -1;
}

static int
add_string(ssh_buffer to, ssh_string text)
{
	return add_text(to, ssh_string_data(text), ssh_string_len(text));
}

void
announce_host_keys(struct session *s)
{
	static const char name[] = "hostkeys-00@openssh.com";
	const uint8_t type = REPLY_GLOBAL_REQUEST, wants_reply = 0;
	const struct hostkeys *all = s->plan->keys;
	ssh_buffer packet = ssh_buffer_new();
	bool is_good = packet != NULL &&
		       ssh_buffer_add_data(packet, &type, 1) == 0 &&
		       add_text(packet, name, sizeof(name) - 1) == 0 &&
		       ssh_buffer_add_data(packet, &wants_reply, 1) == 0;

	for (unsigned i = 0; i < all->count && is_good; i++) {
		ssh_string blob = NULL;

		is_good =
		    ssh_pki_export_pubkey_blob(all->key[i], &blob) == SSH_OK &&
		    add_string(packet, blob) == 0;
		ssh_string_free(blob);
	}
	if (is_good)
		reply_packet(s, ssh_buffer_get(packet),
		    ssh_buffer_get_len(packet));
	ssh_buffer_free(packet);
}

/* Its number; HOST_KEYS_MAX: it is none of ours. */
static uint32_t
find_key(const struct hostkeys *all, const struct wire *wanted)
{
	for (unsigned i = 0; i < all->count; i++) {
		ssh_string blob = NULL;
		bool is_it =
		    ssh_pki_export_pubkey_blob(all->key[i], &blob) == SSH_OK &&
		    ssh_string_len(blob) == wanted->left &&
		    memcmp(ssh_string_data(blob), wanted->at, wanted->left) ==
			0;

		ssh_string_free(blob);
		if (is_it)
			return i;
	}
	return HOST_KEYS_MAX;
}

/* Add the proof that this key is of the host that the session is with: the
 * signer's, over the session's identifier. */
static bool
add_proof(struct session *s, ssh_buffer to, const struct wire *wanted)
{
	uint32_t key = find_key(s->plan->keys, wanted);
	uint8_t mark[LINE_SIZE];
	size_t n = key == HOST_KEYS_MAX ? 0 : signing_prove_host(s, key, mark);

	return n > 0 && add_text(to, mark, n) == 0;
}

void
announce_prove(struct session *s, struct wire keys)
{
	const uint8_t type = REPLY_REQUEST_SUCCESS;
	ssh_buffer packet = ssh_buffer_new();
	unsigned count = 0;
	bool is_good = packet != NULL && keys.left > 0 &&
		       s->proofs++ < PROOFS_MAX &&
		       ssh_buffer_add_data(packet, &type, 1) == 0;

	while (is_good && keys.left > 0) {
		struct wire wanted = wire_text(&keys);

		is_good = !keys.is_bad && count++ < HOST_KEYS_MAX &&
			  add_proof(s, packet, &wanted);
	}
	if (!is_good || !reply_packet(s, ssh_buffer_get(packet),
			    ssh_buffer_get_len(packet)))
		reply_global(s, false);
	ssh_buffer_free(packet);
}

#endif
