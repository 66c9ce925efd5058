/* rows.c - what atoll top shows: seats and what they take. */
#include "gateway/admin/top/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const top_sort_names[TOP_SORTS] = {
	[TOP_BY_CPU] = "processor",
	[TOP_BY_MEMORY] = "memory",
	[TOP_BY_IDLE] = "idle time",
	[TOP_BY_HANDS] = "hands",
	[TOP_BY_NAME] = "name",
};

/* --- shares of the processor --------------------------------------------------- */

static int
compare_taken(const void *left, const void *right)
{
	const struct top_taken *l = left, *r = right;

	return (l->sandbox > r->sandbox) - (l->sandbox < r->sandbox);
}

static int64_t
share_of(uint64_t before, uint64_t now, int64_t us)
{
	if (us <= 0 || now < before)
		return TOP_SHARE_UNKNOWN;
	return (int64_t)((now - before) * 1000 / (uint64_t)us);
}

static int64_t
share_of_seat(const struct top_rows *r, const struct msg_seat *s, int64_t us)
{
	const struct top_taken key = { .sandbox = s->sandbox };
	const struct top_taken *before = NULL;

	if (r->taken_count > 0) /* bsearch(3) takes no NULL */
		before = bsearch(&key, r->taken, r->taken_count,
		    sizeof(r->taken[0]), compare_taken);
	return before == NULL ? TOP_SHARE_UNKNOWN
			      : share_of(before->cpu_us, s->cpu_us, us);
}

int
top_rows_take(struct top_rows *r, const struct answer *a, int64_t at_us,
    struct err *e)
{
	int64_t us = r->at_us == 0 ? 0 : at_us - r->at_us;
	struct top_row *row = calloc(a->seat_count + 1, sizeof(row[0]));
	struct top_taken *taken = calloc(a->seat_count + 1, sizeof(taken[0]));

	if (row == NULL || taken == NULL) {
		free(row);
		free(taken);
		return err_set(e, ENOMEM, "seats");
	}
	r->share = share_of(r->totals.cpu_us, a->totals.cpu_us, us);
	r->hands = 0;
	for (size_t i = 0; i < a->seat_count; i++) {
		row[i].seat = a->seats[i];
		row[i].share = share_of_seat(r, &a->seats[i], us);
		taken[i] = (struct top_taken){ a->seats[i].sandbox,
			a->seats[i].cpu_us };
		r->hands += a->seats[i].hand != 0;
	}
	qsort(taken, a->seat_count, sizeof(taken[0]), compare_taken);
	free(r->row);
	free(r->taken);
	r->row = row;
	r->taken = taken;
	r->count = r->taken_count = a->seat_count;
	r->at_us = at_us;
	r->totals = a->totals;
	text_copy(r->text, sizeof(r->text), a->end.text);
	return 0;
}

/* --- order ---------------------------------------------------------------------- */

static int
by_name(const void *left, const void *right)
{
	const struct msg_seat *l = &((const struct top_row *)left)->seat;
	const struct msg_seat *r = &((const struct top_row *)right)->seat;
	int by_lab = strcmp(l->lab, r->lab);

	return by_lab != 0 ? by_lab : strcmp(l->account, r->account);
}

/* The larger first; those that are the same by name, so that rows do not change their
 * places for nothing. */
#define LARGER_FIRST(l, r, of)                                                 \
	((l)->of != (r)->of ? ((l)->of < (r)->of ? 1 : -1) : by_name(l, r))

static int
by_cpu(const void *left, const void *right)
{
	const struct top_row *l = left, *r = right;

	return LARGER_FIRST(l, r, share);
}

static int
by_memory(const void *left, const void *right)
{
	const struct top_row *l = left, *r = right;

	return LARGER_FIRST(l, r, seat.memory);
}

static int
by_idle(const void *left, const void *right)
{
	const struct top_row *l = left, *r = right;

	return LARGER_FIRST(l, r, seat.idle);
}

/* Who raised it first is the first to be helped. */
static int
by_hands(const void *left, const void *right)
{
	const struct top_row *l = left, *r = right;

	if ((l->seat.hand == 0) != (r->seat.hand == 0))
		return l->seat.hand == 0 ? 1 : -1;
	if (l->seat.hand != r->seat.hand)
		return l->seat.hand < r->seat.hand ? -1 : 1;
	return by_name(l, r);
}

void
top_rows_sort(struct top_rows *r, enum top_sort by)
{
	static int (*const orders[TOP_SORTS])(const void *, const void *) = {
		[TOP_BY_CPU] = by_cpu,
		[TOP_BY_MEMORY] = by_memory,
		[TOP_BY_IDLE] = by_idle,
		[TOP_BY_HANDS] = by_hands,
		[TOP_BY_NAME] = by_name,
	};

	if (r->count > 0) /* qsort(3) takes no NULL */
		qsort(r->row, r->count, sizeof(r->row[0]), orders[by]);
}

ssize_t
top_rows_find(const struct top_rows *r, const char *account, const char *lab)
{
	for (size_t i = 0; i < r->count; i++) {
		if (strcmp(r->row[i].seat.account, account) == 0 &&
		    strcmp(r->row[i].seat.lab, lab) == 0)
			return (ssize_t)i;
	}
	return -1;
}

void
top_rows_free(struct top_rows *r)
{
	free(r->row);
	free(r->taken);
	*r = (struct top_rows){ 0 };
}
