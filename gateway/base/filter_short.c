/*
 * filter_short.c - a seccomp program that is shorter and answers the same.
 *
 * What libseccomp writes is a test of the architecture, a tree over the numbers of
 * calls, and for some calls tests of their arguments.  The tree is walked with all
 * numbers at once, which parts them into ranges with one place to go on at each;
 * neighbours with the same place become one, and a new tree asks for the ranges.
 *
 * The tests of arguments are walked with what the accumulator should hold, a word of
 * the call and a mask, and nothing is written until a jump needs it: so a word that
 * is there is not loaded again, and masks that change nothing vanish.  Tests for one
 * bit each that lead to the same place become one test for all of them.
 *
 * Jumps lead forward only, so the program is written from its end to its beginning,
 * and a target is there before who jumps to it.
 */
#include "gateway/base/filter_short.h"

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define MASK (BPF_ALU | BPF_AND | BPF_K)
#define GOTO (BPF_JMP | BPF_JA)
#define JEQ  (BPF_JMP | BPF_JEQ | BPF_K)
#define JGT  (BPF_JMP | BPF_JGT | BPF_K)
#define JGE  (BPF_JMP | BPF_JGE | BPF_K)
#define JSET (BPF_JMP | BPF_JSET | BPF_K)
#define RET  (BPF_RET | BPF_K)

#define WHOLE	0xffffffffU
#define NUMBER	((uint32_t)offsetof(struct seccomp_data, nr))
#define ARCH	((uint32_t)offsetof(struct seccomp_data, arch))
#define NEAR	250 /* a jump's 255, less what is put in between */
#define NOWHERE (-1)

/* What the accumulator holds: a word of the call, masked. */
struct held {
	uint32_t at, mask;
};
static const struct held the_number = { NUMBER, WHOLE };

/* A place of the old program, with what it believes to be held there. */
struct place {
	unsigned pc;
	struct held held;
};

/* Written already: the place, with what really is held. */
struct written {
	struct place place;
	struct held real;
	int at;
};

struct range {
	uint32_t from;
	struct place place;
};

struct writer {
	const struct sock_filter *old;
	unsigned count;
	struct sock_filter *out; /* from its end on */
	struct written *written;
	struct range *range;
	unsigned size, written_count, range_count;
	int next;
	bool is_lost; /* there is something that we do not understand */
};

/* --- the old program ---------------------------------------------------- */

static bool
is_same_held(struct held a, struct held b)
{
	return a.at == b.at && a.mask == b.mask;
}

static bool
is_jump(uint16_t code)
{
	return code == JEQ || code == JGT || code == JGE || code == JSET;
}

/* On to the next jump or answer. */
static struct place
settle(struct writer *w, unsigned pc, struct held held)
{
	for (; pc < w->count; pc++) {
		const struct sock_filter *i = &w->old[pc];

		if (i->code == GOTO)
			pc += i->k;
		else if (i->code == LOAD)
			held = (struct held){ i->k, WHOLE };
		else if (i->code == MASK)
			held.mask &= i->k;
		else
			break;
	}
	if (pc >= w->count ||
	    (w->old[pc].code != RET && !is_jump(w->old[pc].code))) {
		w->is_lost = true;
		pc = 0;
	}
	return (struct place){ pc, held };
}

static struct place
jump_target(struct writer *w, struct place p, bool is_true)
{
	const struct sock_filter *i = &w->old[p.pc];

	return settle(w, p.pc + 1 + (is_true ? i->jt : i->jf), p.held);
}

static bool
is_same_place(const struct writer *w, struct place a, struct place b)
{
	const struct sock_filter *x = &w->old[a.pc], *y = &w->old[b.pc];

	if (x->code == RET && y->code == RET)
		return x->k == y->k;
	return a.pc == b.pc && is_same_held(a.held, b.held);
}

/* --- the new program ---------------------------------------------------- */

static int
put(struct writer *w, uint16_t code, uint32_t k, int jt, int jf)
{
	if ((unsigned)w->next >= w->size) {
		w->is_lost = true;
		return 0;
	}
	w->out[w->next] =
	    (struct sock_filter){ code, (uint8_t)jt, (uint8_t)jf, k };
	return w->next++;
}

/* How far it is from the next instruction to that one. */
static int
distance(const struct writer *w, int to)
{
	return w->next - to - 1;
}

/* The same by an instruction right here. */
static int
put_way(struct writer *w, int to)
{
	if (w->out[to].code == RET)
		return put(w, RET, w->out[to].k, 0, 0);
	return put(w, GOTO, (uint32_t)distance(w, to), 0, 0);
}

static int
put_near(struct writer *w, int to)
{
	return distance(w, to) > NEAR ? put_way(w, to) : to;
}

static int
put_answer(struct writer *w, uint32_t k)
{
	for (int i = w->next - 1; i >= 0 && distance(w, i) <= NEAR; i--) {
		if (w->out[i].code == RET && w->out[i].k == k)
			return i;
	}
	return put(w, RET, k, 0, 0);
}

/* An instruction that is there already and does just that; what does not jump goes
 * on at yes. */
static int
find(const struct writer *w, uint16_t code, uint32_t k, int yes, int no)
{
	for (int i = w->next - 1; i > 0; i--) {
		const struct sock_filter *o = &w->out[i];

		if (o->code == code && o->k == k &&
		    (is_jump(code) ? i - 1 - o->jt == yes && i - 1 - o->jf == no
				   : i - 1 == yes))
			return i;
	}
	return NOWHERE;
}

static int
put_jump(struct writer *w, uint16_t code, uint32_t k, int yes, int no)
{
	int there = yes == no ? yes : find(w, code, k, yes, no);

	if (there != NOWHERE)
		return there;
	yes = put_near(w, yes);
	no = put_near(w, no);
	return put(w, code, k, distance(w, yes), distance(w, no));
}

/* An instruction that goes on at the next one. */
static int
put_before(struct writer *w, uint16_t code, uint32_t k, int then)
{
	int there = find(w, code, k, then, NOWHERE);

	if (there != NOWHERE)
		return there;
	if (then != w->next - 1)
		put_way(w, then);
	return put(w, code, k, 0, 0);
}

/* What makes held of real, before then. */
static int
put_load(struct writer *w, struct held held, struct held real, int then)
{
	if (is_same_held(held, real))
		return then;
	if (held.mask != WHOLE)
		then = put_before(w, MASK, held.mask, then);
	if (real.at == held.at && real.mask == WHOLE)
		return then;
	return put_before(w, LOAD, held.at, then);
}

/* --- tests -------------------------------------------------------------- */

static int copy(struct writer *w, struct place p, struct held real);

/* "None of clear and one of set", as a test of one bit under a mask is. */
struct bits {
	uint32_t at, clear, set;
	struct place yes, no;
};

static bool
read_bits(struct writer *w, struct place p, struct bits *b)
{
	const struct sock_filter *i = &w->old[p.pc];

	if (i->code != JEQ || p.held.mask == WHOLE || i->k == 0 ||
	    (i->k & (i->k - 1)) != 0 || (i->k & ~p.held.mask) != 0)
		return false;
	*b = (struct bits){ p.held.at, p.held.mask ^ i->k, i->k,
		jump_target(w, p, true), jump_target(w, p, false) };
	return true;
}

/* The same with all that follow and differ in the bit alone; false: none does. */
static bool
read_more_bits(struct writer *w, struct place p, struct bits *b)
{
	struct bits more;
	bool are_more = false;

	if (!read_bits(w, p, b))
		return false;
	while (read_bits(w, b->no, &more) && more.at == b->at &&
	       more.clear == b->clear && is_same_place(w, more.yes, b->yes)) {
		b->set |= more.set;
		b->no = more.no;
		are_more = true;
	}
	return are_more;
}

static int
copy_bits(struct writer *w, const struct bits *b, struct held real)
{
	const struct held word = { b->at, WHOLE };
	int no = copy(w, b->no, word);
	int yes = copy(w, b->yes, word);
	int test = put_jump(w, JSET, b->set, yes, no);

	if (b->clear != 0)
		test = put_jump(w, JSET, b->clear, no, test);
	return put_load(w, word, real, test);
}

/* What comes of the test whatever the word is: 1, 0, or NOWHERE. */
static int
known(const struct sock_filter *i, uint32_t mask)
{
	switch (i->code) {
	case JEQ:
		if ((i->k & ~mask) != 0)
			return 0;
		return mask == 0 ? 1 : NOWHERE;
	case JGT:
		return mask <= i->k ? 0 : NOWHERE;
	case JGE:
		if (i->k == 0)
			return 1;
		return mask < i->k ? 0 : NOWHERE;
	default: /* JSET */
		return (mask & i->k) == 0 ? 0 : NOWHERE;
	}
}

static int
copy_jump(struct writer *w, struct place p, struct held real)
{
	const struct sock_filter *i = &w->old[p.pc];
	int sure = known(i, p.held.mask);
	struct held needed = p.held;
	uint32_t k = i->k;
	struct bits b;
	int yes, no;

	if (sure != NOWHERE)
		return copy(w, jump_target(w, p, sure == 1), real);
	if (read_more_bits(w, p, &b))
		return copy_bits(w, &b, real);
	if (i->code == JSET) { /* it has a mask of its own */
		k &= needed.mask;
		needed.mask = WHOLE;
	}
	no = copy(w, jump_target(w, p, false), needed);
	yes = copy(w, jump_target(w, p, true), needed);
	return put_load(w, needed, real, put_jump(w, i->code, k, yes, no));
}

/* What the old program does from there on: where that is in the new one. */
static int
copy(struct writer *w, struct place p, struct held real)
{
	int at;

	if (w->is_lost)
		return 0;
	if (w->old[p.pc].code == RET)
		return put_answer(w, w->old[p.pc].k);
	for (unsigned i = 0; i < w->written_count; i++) {
		const struct written *done = &w->written[i];

		if (is_same_place(w, done->place, p) &&
		    is_same_held(done->real, real))
			return done->at;
	}
	at = copy_jump(w, p, real);
	if (w->written_count == w->size)
		w->is_lost = true;
	else
		w->written[w->written_count++] =
		    (struct written){ p, real, at };
	return at;
}

/* --- the numbers of calls ------------------------------------------------ */

static void
add_range(struct writer *w, uint32_t from, struct place p)
{
	if (w->range_count > 0 &&
	    is_same_place(w, w->range[w->range_count - 1].place, p))
		return;
	if (w->range_count == w->size)
		w->is_lost = true;
	else
		w->range[w->range_count++] = (struct range){ from, p };
}

/* Part the numbers from first to last at every test of the number. */
static void
walk(struct writer *w, struct place p, uint32_t first, uint32_t last)
{
	const struct sock_filter *i = &w->old[p.pc];
	struct place yes, no;
	uint32_t k = i->k;

	if (w->is_lost)
		return;
	if (!is_same_held(p.held, the_number) || i->code == RET ||
	    i->code == JSET) {
		add_range(w, first, p);
		return;
	}
	yes = jump_target(w, p, true);
	no = jump_target(w, p, false);
	if (i->code == JEQ) {
		if (k > first)
			walk(w, no, first, k - 1 < last ? k - 1 : last);
		if (k >= first && k <= last)
			walk(w, yes, k, k);
		if (k < last)
			walk(w, no, k >= first ? k + 1 : first, last);
		return;
	}
	if (i->code == JGT && k++ == WHOLE) {
		walk(w, no, first, last);
		return;
	}
	/* From k on it is true. */
	if (first < k)
		walk(w, no, first, last < k ? last : k - 1);
	if (last >= k)
		walk(w, yes, first < k ? k : first, last);
}

static int
put_tree(struct writer *w, unsigned first, unsigned count)
{
	unsigned half = count / 2;
	int above, below;

	if (w->is_lost)
		return 0;
	if (count == 1)
		return copy(w, w->range[first].place, the_number);
	above = put_tree(w, first + half, count - half);
	below = put_tree(w, first, half);
	return put_jump(w, JGE, w->range[first + half].from, above, below);
}

/* --- all of it ----------------------------------------------------------- */

static void
write_all(struct writer *w)
{
	const struct sock_filter *arch = &w->old[1];
	struct place foreign, native;
	int tree;

	if (w->count < 3 || w->old[0].code != LOAD || w->old[0].k != ARCH ||
	    arch->code != JEQ) {
		w->is_lost = true;
		return;
	}
	native = settle(w, 2U + arch->jt, (struct held){ ARCH, WHOLE });
	foreign = settle(w, 2U + arch->jf, (struct held){ ARCH, WHOLE });
	if (w->is_lost || w->old[foreign.pc].code != RET) {
		w->is_lost = true;
		return;
	}
	walk(w, native, 0, WHOLE);
	if (w->is_lost)
		return;
	tree = put_tree(w, 0, w->range_count);
	tree = put_before(w, LOAD, NUMBER, tree);
	tree = put_jump(w, JEQ, arch->k, tree,
	    put_answer(w, w->old[foreign.pc].k));
	put_before(w, LOAD, ARCH, tree);
}

unsigned short
filter_shorten(struct sock_filter *insns, unsigned short count)
{
	struct writer w = { .old = insns,
		.count = count,
		.out = calloc(count, sizeof(*w.out)),
		.written = calloc(count, sizeof(*w.written)),
		.range = calloc(count, sizeof(*w.range)),
		.size = count };

	w.is_lost = w.out == NULL || w.written == NULL || w.range == NULL;
	if (!w.is_lost)
		write_all(&w);
	if (!w.is_lost && w.next < count) {
		for (int i = 0; i < w.next; i++)
			insns[i] = w.out[w.next - 1 - i];
		count = (unsigned short)w.next;
	}
	free(w.out);
	free(w.written);
	free(w.range);
	return count;
}
