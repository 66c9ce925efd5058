/* asks.c - questions that wait for the resolver or for atoll-net. */
#include "gateway/names/asks.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/names/seats.h"

#define WAIT_MS	    4000 /* shorter than a program's own patience */
#define SECONDS_MAX 3600 /* that an answer holds */
#define WRONG_MAX   16	 /* answers to something else, before it is given up */
#define OF_SEAT_MAX 16	 /* that wait */
#define RESOLVER_AT 53

/*
 * A question begins at the resolver, from a socket of its own that is connected to
 * it: what comes from another address or to another port is not seen, and what does
 * not have its number and its name is left out.  What was found waits until atoll-net
 * has let it through, so that no sandbox knows an address before it can reach it.
 */
#define TO(state) (1u << (state))
static const struct {
	const char *name;
	unsigned next;
} steps[] = {
	[ASK_FREE] = { "free", TO(ASK_AT_RESOLVER) },
	[ASK_AT_RESOLVER] = { "at the resolver",
	    TO(ASK_AT_NET) | TO(ASK_FREE) },
	[ASK_AT_NET] = { "at atoll-net", TO(ASK_FREE) },
};

static void
step(struct ask *a, enum ask_state next)
{
	if ((steps[a->state].next & TO(next)) == 0)
		log_error(NULL, "impossible step of a question from=%s to=%s",
		    steps[a->state].name, steps[next].name);
	a->state = next;
}

void
asks_init(struct names *n)
{
	for (size_t i = 0; i < ASKS_MAX; i++)
		n->asks[i] = (struct ask){ .state = ASK_FREE, .fd = -1 };
}

/* --- what is said ----------------------------------------------------------- */

/* What does not get through is as lost as any packet. */
void
asks_reply(const struct names *n, const struct sockaddr_in *to,
    const struct dns_question *q, enum dns_code code,
    const struct dns_answer *answer)
{
	uint8_t bytes[DNS_REPLY_MAX];
	size_t size = dns_reply_write(bytes, q, code, answer);

	sendto(n->sandboxes, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (const struct sockaddr *)to, sizeof(*to));
}

void
asks_trouble(const struct names *n, uint32_t seat, enum name_trouble what,
    const char *name)
{
	struct err lost; /* the loop sees the end of the link */
	struct msg m;

	MSG_NEW(&m, NAMES_TROUBLE, names_trouble);
	m.names_trouble.number = seat;
	m.names_trouble.what = what;
	text_copy(m.names_trouble.name, TEXT_SIZE, name);
	chan_send(&n->net, &m, &lost);
}

/* --- the end of a question -------------------------------------------------- */

static void
forget(struct names *n, struct ask *a)
{
	struct names_seat *s = seats_find(n, a->seat);

	if (s != NULL)
		s->asking--;
	scope_close(&a->fd);
	step(a, ASK_FREE);
}

static void
end(struct names *n, struct ask *a, enum dns_code code,
    const struct dns_answer *answer)
{
	/* Its sandbox may have ended, and its address be another's. */
	if (seats_find(n, a->seat) != NULL)
		asks_reply(n, &a->from, &a->question, code, answer);
	forget(n, a);
}

static void
fail(struct names *n, struct ask *a, enum name_trouble what, enum dns_code code)
{
	asks_trouble(n, a->seat, what, a->question.name);
	end(n, a, code, NULL);
}

/* --- at the resolver -------------------------------------------------------- */

/* Where all places are taken, one of the sandbox that has most of them goes: who has
 * many questions does not keep who has one from asking. */
static struct ask *
make_room(struct names *n, const struct names_seat *for_whom)
{
	const struct names_seat *most = for_whom, *s;

	LIST_FOREACH(s, &n->seats, all) {
		if (s->asking > most->asking)
			most = s;
	}
	if (most->asking <= for_whom->asking + 1)
		return NULL;
	for (size_t i = 0; i < ASKS_MAX; i++) {
		if (n->asks[i].seat == most->number) {
			forget(n, &n->asks[i]);
			return &n->asks[i];
		}
	}
	return NULL;
}

static struct ask *
find_room(struct names *n, const struct names_seat *for_whom)
{
	for (size_t i = 0; i < ASKS_MAX; i++) {
		if (n->asks[i].state == ASK_FREE)
			return &n->asks[i];
	}
	return make_room(n, for_whom);
}

/* The kernel gives each a port by chance. */
static int
open_socket(const struct names *n)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(RESOLVER_AT),
		.sin_addr.s_addr = htonl(n->resolver) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd != -1 &&
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) == -1)
		scope_close(&fd);
	return fd;
}

static bool
ask_resolver(const struct names *n, struct ask *a)
{
	uint8_t bytes[DNS_ASKED_MAX];
	size_t size;

	a->fd = open_socket(n);
	if (a->fd == -1 || getrandom(&a->id, sizeof(a->id), 0) != sizeof(a->id))
		return false;
	size = dns_question_write(bytes, a->id, a->question.name);
	return send(a->fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

void
asks_begin(struct names *n, struct names_seat *s, const struct dns_question *q,
    const struct sockaddr_in *from)
{
	struct ask *a = s->asking < OF_SEAT_MAX ? find_room(n, s) : NULL;

	if (a == NULL)
		return;
	s->asking++;
	step(a, ASK_AT_RESOLVER);
	a->seat = s->number;
	a->from = *from;
	a->question = *q;
	a->wrong = 0;
	a->until_ms = clock_ms() + WAIT_MS;
	if (n->resolver == 0)
		fail(n, a, NAME_NO_RESOLVER, DNS_BROKEN);
	else if (!ask_resolver(n, a))
		fail(n, a, NAME_UNANSWERED, DNS_BROKEN);
}

/* What no lab reaches is not even asked for, however it got behind that name. */
static void
drop_never(struct dns_answer *a)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < a->count; i++) {
		const struct egress one = { .network = a->address[i],
			.bits = 32 };

		if (egress_never_of(&one) == NULL)
			a->address[kept++] = a->address[i];
	}
	a->count = kept;
}

static void
ask_net(struct names *n, struct ask *a)
{
	const struct names_seat *s = seats_find(n, a->seat);
	struct err lost;
	struct msg m;

	if (s == NULL) {
		forget(n, a);
		return;
	}
	drop_never(&a->answer);
	if (a->answer.count == 0) {
		fail(n, a, NAME_BAD_ADDRESS, DNS_FINE);
		return;
	}
	if (a->answer.seconds > SECONDS_MAX)
		a->answer.seconds = SECONDS_MAX;
	MSG_NEW(&m, NAMES_FOUND, names_found);
	m.serial = a->serial = ++n->serials;
	m.names_found.number = s->number;
	text_copy(m.names_found.name, TEXT_SIZE, a->question.name);
	m.names_found.entries = seats_allowing(s, a->question.name);
	m.names_found.seconds = a->answer.seconds;
	m.names_found.addresses.count = a->answer.count;
	for (unsigned i = 0; i < a->answer.count; i++)
		m.names_found.addresses.at[i] = a->answer.address[i];
	scope_close(&a->fd);
	step(a, ASK_AT_NET);
	chan_send(&n->net, &m, &lost);
}

void
asks_hear(struct names *n, struct ask *a)
{
	static uint8_t bytes[65536];
	ssize_t size = recv(a->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (size == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	/* Nobody is at that port. */
	if (size == -1) {
		fail(n, a, NAME_UNANSWERED, DNS_BROKEN);
		return;
	}
	switch (dns_answer_read(&a->answer, a->id, a->question.name, bytes,
	    (size_t)size)) {
	case DNS_OTHER:
		if (++a->wrong == WRONG_MAX)
			fail(n, a, NAME_UNANSWERED, DNS_BROKEN);
		break;
	case DNS_HAS:
		ask_net(n, a);
		break;
	case DNS_HAS_NONE:
		fail(n, a, NAME_NO_ADDRESS, DNS_FINE);
		break;
	case DNS_HAS_NO_NAME:
		fail(n, a, NAME_UNKNOWN, DNS_NO_SUCH_NAME);
		break;
	case DNS_FAILED:
		fail(n, a, NAME_UNANSWERED, DNS_BROKEN);
		break;
	}
}

/* --- at atoll-net ----------------------------------------------------------- */

static bool
has_passed(const struct numbers *passed, uint32_t address)
{
	for (uint32_t i = 0; i < passed->count; i++) {
		if (passed->at[i] == address)
			return true;
	}
	return false;
}

static void
pass(struct names *n, struct ask *a, const struct numbers *passed)
{
	struct dns_answer *answer = &a->answer;
	unsigned kept = 0;

	for (unsigned i = 0; i < answer->count; i++) {
		if (has_passed(passed, answer->address[i]))
			answer->address[kept++] = answer->address[i];
	}
	answer->count = kept;
	/* Why, atoll-net knows itself. */
	end(n, a, DNS_FINE, answer);
}

void
asks_passed(struct names *n, uint32_t serial, const struct numbers *passed)
{
	for (size_t i = 0; i < ASKS_MAX; i++) {
		struct ask *a = &n->asks[i];

		if (a->state == ASK_AT_NET && a->serial == serial) {
			pass(n, a, passed);
			return;
		}
	}
}

/* --- time ------------------------------------------------------------------- */

int
asks_wait_ms(const struct names *n)
{
	int64_t first = INT64_MAX, left;

	for (size_t i = 0; i < ASKS_MAX; i++) {
		if (n->asks[i].state != ASK_FREE && n->asks[i].until_ms < first)
			first = n->asks[i].until_ms;
	}
	if (first == INT64_MAX)
		return -1;
	left = first - clock_ms();
	return left < 0 ? 0 : (int)left;
}

void
asks_late(struct names *n)
{
	int64_t now = clock_ms();

	for (size_t i = 0; i < ASKS_MAX; i++) {
		struct ask *a = &n->asks[i];

		if (a->state != ASK_FREE && a->until_ms <= now)
			fail(n, a, NAME_UNANSWERED, DNS_BROKEN);
	}
}
