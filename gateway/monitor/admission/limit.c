/*
 * limit.c - how many connections may be that have not logged in.
 *
 * The address that holds most is the root of a heap, and not looked for: a
 * flood from tens of thousands of addresses must not make each decision slower.
 */
#include "gateway/monitor/admission/limit.h"

#include <stdlib.h>

#define BUCKETS	  16384
#define SILENT_MS 300	/* an honest client has exchanged keys by then */
#define KNOWN_MS  3000	/* one of a known address, on a busy host too */
#define SPOKE_MS  20000 /* and its user has typed the password by then */

/* An address with such connections, and its place in the heap. */
struct origin {
	struct whonode node; /* first: what the table finds is the origin */
	size_t at;
	unsigned count;
	struct line line;
};

static void
line_init(struct line *line)
{
	for (int i = 0; i < RANKS; i++)
		TAILQ_INIT(&line->rank[i]);
}

int
limit_init(struct preauth *l)
{
	*l = (struct preauth){ 0 };
	line_init(&l->line);
	return address_table_init(&l->origins, BUCKETS);
}

void
limit_free(struct preauth *l)
{
	for (size_t i = 0; i < l->heap_count; i++)
		free(l->heap[i]);
	free(l->heap);
	address_table_free(&l->origins);
}

/* --- the heap: no child holds more than its parent ---------------------- */

static void
heap_put(struct preauth *l, size_t at, struct origin *o)
{
	l->heap[at] = o;
	o->at = at;
}

static void
heap_rise(struct preauth *l, struct origin *o)
{
	size_t at = o->at;

	while (at > 0 && l->heap[(at - 1) / 2]->count < o->count) {
		heap_put(l, at, l->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(l, at, o);
}

static void
heap_sink(struct preauth *l, struct origin *o)
{
	size_t at = o->at;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < l->heap_count &&
		    l->heap[child + 1]->count > l->heap[child]->count)
			child++;
		if (child >= l->heap_count || l->heap[child]->count <= o->count)
			break;
		heap_put(l, at, l->heap[child]);
		at = child;
	}
	heap_put(l, at, o);
}

static int
heap_add(struct preauth *l, struct origin *o)
{
	if (l->heap_count == l->heap_room) {
		size_t room = l->heap_room == 0 ? 64 : l->heap_room * 2;
		struct origin **heap =
		    realloc(l->heap, room * sizeof(struct origin *));

		if (heap == NULL)
			return -1;
		l->heap = heap;
		l->heap_room = room;
	}
	heap_put(l, l->heap_count++, o);
	return 0;
}

/* The last one takes its place, and moves up or down to where its count
 * belongs. */
static void
heap_remove(struct preauth *l, struct origin *o)
{
	struct origin *last = l->heap[--l->heap_count];

	if (last == o)
		return;
	heap_put(l, o->at, last);
	heap_rise(l, last);
	heap_sink(l, last);
}

/* --- coming and going --------------------------------------------------- */

static struct origin *
origin_add(struct preauth *l, const struct address *a)
{
	struct origin *o = calloc(1, sizeof(*o));

	if (o == NULL || heap_add(l, o) == -1) {
		free(o);
		return NULL;
	}
	line_init(&o->line);
	address_table_add(&l->origins, &o->node, a->who);
	return o;
}

static struct origin *
origin_find(const struct preauth *l, const struct address *a)
{
	return (struct origin *)address_table_find(&l->origins, a->who);
}

static void
stand(struct preauth *l, struct preauth_conn *s, enum rank rank,
    uint64_t now_ms)
{
	s->rank = rank;
	s->since_ms = now_ms;
	TAILQ_INSERT_TAIL(&l->line.rank[rank], s, in_all);
	TAILQ_INSERT_TAIL(&s->origin->line.rank[rank], s, in_origin);
}

static void
step_out(struct preauth *l, struct preauth_conn *s)
{
	TAILQ_REMOVE(&l->line.rank[s->rank], s, in_all);
	TAILQ_REMOVE(&s->origin->line.rank[s->rank], s, in_origin);
}

/* It counts for its address from now on, and is to stand somewhere. */
static int
join(struct preauth *l, struct preauth_conn *s, const struct address *a)
{
	struct origin *o = origin_find(l, a);

	if (o == NULL)
		o = origin_add(l, a);
	if (o == NULL)
		return -1;
	s->origin = o;
	o->count++;
	l->count++;
	heap_rise(l, o);
	return 0;
}

int
limit_admit(struct preauth *l, struct preauth_conn *s, const struct newcomer *n)
{
	if (join(l, s, n->address) == -1)
		return -1;
	stand(l, s, n->known ? RANK_KNOWN : RANK_SILENT, n->now_ms);
	return 0;
}

/* Behind those that have been there for longer: they are restored in the order in
 * which they came, and have got their ranks in another. */
static struct preauth_conn *
elder(const struct preauth_conns *line, uint64_t since_ms, bool in_origin)
{
	struct preauth_conn *s = TAILQ_LAST(line, preauth_conns);

	while (s != NULL && s->since_ms > since_ms)
		s = in_origin ? TAILQ_PREV(s, preauth_conns, in_origin)
			      : TAILQ_PREV(s, preauth_conns, in_all);
	return s;
}

int
limit_restore(struct preauth *l, struct preauth_conn *s,
    const struct address *a, enum rank rank, uint64_t since_ms)
{
	struct preauth_conns *all = &l->line.rank[rank], *own;
	struct preauth_conn *before;

	if (join(l, s, a) == -1)
		return -1;
	own = &s->origin->line.rank[rank];
	s->rank = rank;
	s->since_ms = since_ms;
	before = elder(all, since_ms, false);
	if (before == NULL)
		TAILQ_INSERT_HEAD(all, s, in_all);
	else
		TAILQ_INSERT_AFTER(all, before, s, in_all);
	before = elder(own, since_ms, true);
	if (before == NULL)
		TAILQ_INSERT_HEAD(own, s, in_origin);
	else
		TAILQ_INSERT_AFTER(own, before, s, in_origin);
	return 0;
}

void
limit_rank(struct preauth *l, struct preauth_conn *s, enum rank rank,
    uint64_t now_ms)
{
	if (s->origin == NULL)
		return;
	step_out(l, s);
	stand(l, s, rank, now_ms);
}

void
limit_leave(struct preauth *l, struct preauth_conn *s)
{
	struct origin *o = s->origin;

	if (o == NULL)
		return;
	step_out(l, s);
	s->origin = NULL;
	l->count--;
	if (--o->count > 0) {
		heap_sink(l, o);
		return;
	}
	heap_remove(l, o);
	address_table_remove(&l->origins, &o->node);
	free(o);
}

/* From the end of the line, where the newest are: the old need not be
 * walked. */
static unsigned
count_newer(const struct preauth_conns *line, uint64_t since_ms, unsigned most)
{
	const struct preauth_conn *s;
	unsigned n = 0;

	TAILQ_FOREACH_REVERSE(s, line, preauth_conns, in_origin) {
		if (n == most || s->since_ms < since_ms)
			break;
		n++;
	}
	return n;
}

unsigned
limit_exchanging(const struct preauth *l, const struct address *a,
    uint64_t now_ms, uint64_t ms, unsigned most)
{
	const struct origin *o = origin_find(l, a);
	uint64_t since_ms = now_ms < ms ? 0 : now_ms - ms;

	if (o == NULL)
		return 0;
	return count_newer(&o->line.rank[RANK_SILENT], since_ms, most) +
	       count_newer(&o->line.rank[RANK_KNOWN], since_ms, most);
}

/* --- who has to go ------------------------------------------------------ */

/* The least promising one that is idle for long enough, or NULL.  The first of
 * a rank is its longest idle: if it has not waited enough, none of them has.
 * Those that wait for our answer (RANK_BUSY) are never taken. */
static struct preauth_conn *
first_idle(const struct line *line, const uint64_t patience_ms[RANK_BUSY],
    uint64_t now_ms)
{
	for (int i = 0; i < RANK_BUSY; i++) {
		struct preauth_conn *s = TAILQ_FIRST(&line->rank[i]);

		if (s != NULL && now_ms - s->since_ms >= patience_ms[i])
			return s;
	}
	return NULL;
}

/* The rules are in limit.h.  "Would hold": the newcomer counts for its address,
 * or two addresses with one place between them would take it from each
 * other. */
enum limit_verdict
limit_newcomer(const struct preauth *l, int64_t max, const struct newcomer *n,
    struct preauth_conn **victim)
{
	static const uint64_t none[RANK_BUSY] = { 0 };
	const struct origin *own = origin_find(l, n->address);
	unsigned held = own == NULL ? 0 : own->count;
	unsigned most = l->heap_count == 0 ? 0 : l->heap[0]->count;
	bool among_own = own != NULL && held == most;
	const uint64_t patience[RANK_BUSY] = {
		[RANK_SILENT] = n->known ? 0 : SILENT_MS,
		[RANK_KNOWN] = among_own ? SILENT_MS : KNOWN_MS,
		[RANK_SPOKE] = SPOKE_MS,
	};

	*victim = NULL;
	if (l->count < max)
		return LIMIT_ADMIT;
	if (held + 1 < most)
		*victim = first_idle(&l->heap[0]->line, none, n->now_ms);
	if (*victim == NULL)
		*victim = first_idle(among_own ? &own->line : &l->line,
		    patience, n->now_ms);
	return *victim == NULL ? LIMIT_REFUSE : LIMIT_REPLACE;
}
