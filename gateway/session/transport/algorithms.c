/*
 * algorithms.c - what is offered to clients: modern, and nothing slow.
 *
 * libssh drops from a list what it does not know, so the post-quantum names
 * stand first: 0.12 offers them, 0.10 and 0.11 do not.  Left out: group16 (20
 * ms of our CPU for each connection), group18 and the group exchange (160 and
 * 240 ms), SHA-1 in every place, CBC, and the curves of NIST, which ssh-audit
 * calls weak; who has nothing else (FIPS) has group14.
 */
#include "gateway/session/transport/algorithms.h"

#include <stddef.h>

#include "gateway/base/array.h"
#include "gateway/session/transport/hostkey.h"
#include "gateway/session/transport/libssh_watch.h"

#define RSA_BITS_MIN 2048

#define KEY_EXCHANGE                                                           \
	"mlkem768x25519-sha256,sntrup761x25519-sha512,"                        \
	"sntrup761x25519-sha512@openssh.com,"                                  \
	"curve25519-sha256,curve25519-sha256@libssh.org,"                      \
	"diffie-hellman-group14-sha256"
#define CIPHERS                                                                \
	"chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,"                \
	"aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"
#define MACS                                                                   \
	"hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"         \
	"hmac-sha2-256,hmac-sha2-512"
#define SIGNATURES                                                             \
	"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"                 \
	"ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256"
/* Of keys on a device: they log in, and no server has one. */
#define SECURITY_KEYS                                                          \
	"sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com"

static const struct {
	enum ssh_bind_options_e option;
	const char *what;
	const char *list;
} offers[] = {
	{ SSH_BIND_OPTIONS_KEY_EXCHANGE, "key exchange", KEY_EXCHANGE },
	{ SSH_BIND_OPTIONS_CIPHERS_C_S, "ciphers", CIPHERS },
	{ SSH_BIND_OPTIONS_CIPHERS_S_C, "ciphers", CIPHERS },
	{ SSH_BIND_OPTIONS_HMAC_C_S, "MACs", MACS },
	{ SSH_BIND_OPTIONS_HMAC_S_C, "MACs", MACS },
	{ SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, "signatures",
	    SIGNATURES "," SECURITY_KEYS },
	{ SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, "host key signatures",
	    SIGNATURES },
	{ SSH_BIND_OPTIONS_BANNER, "identification", IDENTIFICATION },
};

const char *const algorithms_ciphers[] = {
	"chacha20-poly1305@openssh.com",
	"aes256-gcm@openssh.com",
	"aes128-gcm@openssh.com",
	"aes256-ctr",
	"aes128-ctr",
	NULL,
};

ssh_bind
algorithms_bind(struct err *e)
{
	ssh_bind b = ssh_bind_new();
	bool process_config = false;

	if (b == NULL) {
		err_set(e, 0, "libssh: no memory");
		return NULL;
	}
	/* A file in /etc/ssh would overrule what is set here. */
	if (ssh_bind_options_set(b, SSH_BIND_OPTIONS_PROCESS_CONFIG,
		&process_config) != 0) {
		err_set(e, 0, "libssh: %s", ssh_get_error(b));
		ssh_bind_free(b);
		return NULL;
	}
	for (size_t i = 0; i < COUNT_OF(offers); i++) {
		if (ssh_bind_options_set(b, offers[i].option, offers[i].list) !=
		    0) {
			err_set(e, 0, "libssh: %s: %s", offers[i].what,
			    ssh_get_error(b));
			ssh_bind_free(b);
			return NULL;
		}
	}
	return b;
}

bool
is_security_key(enum ssh_keytypes_e type)
{
	return type == SSH_KEYTYPE_SK_ED25519 || type == SSH_KEYTYPE_SK_ECDSA;
}

/*
 * Certificates are not here: libssh would verify the bare key and ask nobody
 * about the authority.  Of a security key it does not look at the touch, which
 * libssh_hooks.c does.
 */
bool
may_log_in_with(enum ssh_keytypes_e type, const char *base64)
{
	switch (type) {
	case SSH_KEYTYPE_ED25519:
	case SSH_KEYTYPE_ECDSA_P256:
	case SSH_KEYTYPE_ECDSA_P384:
	case SSH_KEYTYPE_ECDSA_P521:
		return true;
	case SSH_KEYTYPE_RSA:
		return rsa_bits(base64) >= RSA_BITS_MIN;
	default:
		return is_security_key(type) && LIBSSH_IS_WATCHED;
	}
}
