/* lasting.c - the links that outlive a build, and their numbers. */
#include "gateway/wire/lasting.h"

#include <errno.h>
#include <inttypes.h>

/* Nobody raises it so often; PROTOCOL, a hash, is above. */
#define NUMBER_MAX 0xffff

struct lasting_link {
	const char *name;
	uint64_t number, oldest;
};

static bool
is_one(enum role wanted, enum role a, enum role b)
{
	return a == wanted || b == wanted;
}

static const struct lasting_link *
lasting_link(enum role a, enum role b)
{
	static const struct lasting_link init = { "init", LASTING_INIT,
		LASTING_INIT_OLDEST };
	static const struct lasting_link session = { "session", LASTING_SESSION,
		LASTING_SESSION_OLDEST };
	static const struct lasting_link keys = { "keys", LASTING_KEYS,
		LASTING_KEYS };
	static const struct lasting_link signer = { "signer", LASTING_SIGNER,
		LASTING_SIGNER };
	static const struct lasting_link supervisor = { "supervisor",
		LASTING_SUPERVISOR, LASTING_SUPERVISOR };
	static const struct lasting_link state = { "state", LASTING_STATE,
		LASTING_STATE_OLDEST };

	if (a == b) /* the next build of itself */
		return &state;
	if (is_one(SIGNER, a, b))
		return &signer;
	if (is_one(INIT, a, b))
		return &init;
	if (is_one(KEYS, a, b))
		return &keys;
	if (is_one(SUPERVISOR, a, b))
		return &supervisor;
	if (is_one(MONITOR, a, b) &&
	    (is_one(SESSION, a, b) || is_one(ZYGOTE, a, b)))
		return &session;
	return NULL;
}

bool
link_lasts(enum role self, enum role peer)
{
	return lasting_link(self, peer) != NULL;
}

uint64_t
link_number(enum role self, enum role peer)
{
	const struct lasting_link *l = lasting_link(self, peer);

	return l == NULL ? PROTOCOL : l->number;
}

int
link_check_number(enum role self, enum role peer, uint64_t number,
    struct err *e)
{
	const struct lasting_link *l = lasting_link(self, peer);

	if (l == NULL && number != PROTOCOL)
		return err_set(e, EPROTO,
		    "the peer is of another build (protocol %016" PRIx64
		    ", ours %016" PRIx64 "): install one build and restart",
		    number, (uint64_t)PROTOCOL);
	if (l != NULL && (number < l->oldest || number > NUMBER_MAX))
		return err_set(e, EPROTO,
		    "the peer is of another build (%s link %" PRIu64
		    ", understood are %" PRIu64 " and later): restart",
		    l->name, number, l->oldest);
	return 0;
}
