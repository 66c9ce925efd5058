/* penalty.c - addresses that guess passwords are refused for a while. */
#include "gateway/monitor/admission/penalty.h"

#include <string.h>

#define ADDRESSES_MAX 8192	      /* of each table */
#define NAMES_MAX     8		      /* remembered of an address */
#define NAME_POINTS   3		      /* for a name that was not tried before */
#define KNOWN_TIMES   4		      /* as much for a known address */
#define KNOWN_MS      (12 * 3600000L) /* a school day */
#define FADE_MS	      600000	      /* until a full allowance has faded */
#define MILLI	      1000	      /* of a point, so that fading is even */

struct failing {
	struct recent_entry entry; /* first: what the table finds is this */
	int64_t milli;		   /* points, in thousandths */
	uint64_t faded_ms, until_ms;
	uint32_t names[NAMES_MAX]; /* hashes of the last ones */
	unsigned next_name;
};

struct login {
	struct recent_entry entry; /* first, likewise */
	uint64_t at_ms;
};

int
penalties_init(struct penalties *p)
{
	if (recent_init(&p->failures, ADDRESSES_MAX, sizeof(struct failing)) ==
	    -1)
		return -1;
	return recent_init(&p->logins, ADDRESSES_MAX, sizeof(struct login));
}

void
penalties_free(struct penalties *p)
{
	recent_free(&p->failures);
	recent_free(&p->logins);
}

/* FNV-1a, without a seed: a guesser who finds two names of one hash has won the
 * two points that a new name costs more. */
static uint32_t
hash_name(const char *name)
{
	uint32_t h = 2166136261;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 16777619;
	return h;
}

/* Is this name one of the last that were wrong?  It is one from now on. */
static bool
is_repeated(struct failing *f, const char *name)
{
	uint32_t h = hash_name(name);

	for (unsigned i = 0; i < NAMES_MAX; i++) {
		if (f->names[i] == h)
			return true;
	}
	f->names[f->next_name++ % NAMES_MAX] = h;
	return false;
}

/* Points fade in proportion to what is allowed: a full allowance in FADE_MS,
 * whatever the site has set, and a classroom's larger one no slower. */
static void
fade(struct failing *f, int64_t allowed, uint64_t now_ms)
{
	int64_t ms = (int64_t)(now_ms - f->faded_ms);

	f->faded_ms = now_ms;
	if (ms >= FADE_MS)
		f->milli = 0;
	else
		f->milli -= allowed * MILLI * ms / FADE_MS;
	if (f->milli < 0)
		f->milli = 0;
}

unsigned
penalty_failed(struct penalties *p, const struct penalty_rules *rules,
    const struct failure *f)
{
	struct failing *address = recent_touch(&p->failures, f->address);
	int64_t allowed = rules->failures;
	unsigned points;

	if (address == NULL || rules->seconds == 0)
		return 0;
	if (penalty_is_known(p, f->address, f->now_ms))
		allowed *= KNOWN_TIMES;
	fade(address, allowed, f->now_ms);
	points = f->account == NULL || is_repeated(address, f->account)
		     ? 1
		     : NAME_POINTS;
	address->milli += points * MILLI;
	if (address->milli > allowed * MILLI) {
		address->until_ms = f->now_ms + (uint64_t)rules->seconds * 1000;
		/* One that goes on after its penalty has the next one after
		 * half as many tries. */
		address->milli = allowed * MILLI / 2;
	}
	return points;
}

void
penalty_logged_in(struct penalties *p, const struct address *a, unsigned points,
    uint64_t now_ms)
{
	struct login *login = recent_touch(&p->logins, a);
	struct failing *f = recent_find(&p->failures, a);

	if (login != NULL)
		login->at_ms = now_ms;
	if (f != NULL && f->milli > points * MILLI)
		f->milli -= points * MILLI;
	else if (f != NULL)
		f->milli = 0;
}

unsigned
penalty_left(const struct penalties *p, const struct address *a,
    uint64_t now_ms)
{
	const struct failing *f = recent_find(&p->failures, a);

	if (f == NULL || f->until_ms <= now_ms)
		return 0;
	return (unsigned)((f->until_ms - now_ms + 999) / 1000);
}

bool
penalty_is_known(const struct penalties *p, const struct address *a,
    uint64_t now_ms)
{
	const struct login *login = recent_find(&p->logins, a);

	return login != NULL && now_ms - login->at_ms < KNOWN_MS;
}

/* --- to the next build, and from the one before --------------------------- */

#define WHO_NUMBERS 2 /* of 64 bits, as who is */

static void
put_who(struct numbers *to, const struct recent_entry *e)
{
	to->count = WHO_NUMBERS;
	memcpy(to->at, e->node.who, sizeof(e->node.who));
}

void
penalties_save(const struct penalties *p,
    void (*put)(void *self, const struct msg *row), void *self)
{
	const struct recent_entry *e;
	struct msg m;

	TAILQ_FOREACH(e, &p->failures.by_age, by_age) {
		const struct failing *f = (const void *)e;

		MSG_NEW(&m, STATE_PENALTY, state_penalty);
		put_who(&m.state_penalty.who, e);
		m.state_penalty.milli = (uint64_t)f->milli;
		m.state_penalty.faded_ms = f->faded_ms;
		m.state_penalty.until_ms = f->until_ms;
		m.state_penalty.names.count = NAMES_MAX;
		memcpy(m.state_penalty.names.id, f->names, sizeof(f->names));
		m.state_penalty.next_name = f->next_name;
		put(self, &m);
	}
	TAILQ_FOREACH(e, &p->logins.by_age, by_age) {
		MSG_NEW(&m, STATE_PENALTY, state_penalty);
		put_who(&m.state_penalty.who, e);
		m.state_penalty.login = 1;
		m.state_penalty.at_ms = ((const struct login *)e)->at_ms;
		put(self, &m);
	}
}

int
penalty_restore(struct penalties *p, const struct msg_state_penalty *row)
{
	struct address a = { 0 };
	struct failing *f;
	struct login *login;

	memcpy(a.who, row->who.at, sizeof(a.who));
	if (row->login != 0) {
		login = recent_touch(&p->logins, &a);
		if (login != NULL)
			login->at_ms = row->at_ms;
		return login == NULL ? -1 : 0;
	}
	f = recent_touch(&p->failures, &a);
	if (f == NULL)
		return -1;
	f->milli = (int64_t)row->milli;
	f->faded_ms = row->faded_ms;
	f->until_ms = row->until_ms;
	for (unsigned i = 0; i < NAMES_MAX && i < row->names.count; i++)
		f->names[i] = row->names.id[i];
	f->next_name = row->next_name;
	return 0;
}
