/* retention.c - how much there may be of recordings, and for how long. */
#include "gateway/recorder/retention.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/recorder/archive.h"

#define LOOK_MS	    (3600 * 1000) /* for what has become too old */
#define LOOK_MIN_MS (5 * 1000)	  /* between two looks */
#define OLDEST_MAX  256		  /* that one look over all finds */
#define FREED_PART  20		  /* so much below the limit, a part of it */

struct old {
	uint64_t changed, size;
	char file[ARCHIVE_FILE_SIZE];
};

struct look {
	struct retention *t;
	int dir;
	uint64_t before; /* what was changed before is too old */
	unsigned expired;
	unsigned count; /* of the oldest, the oldest first */
	struct old oldest[OLDEST_MAX];
};

void
retention_set(struct retention *t, uint64_t max, uint64_t keep, uint64_t wait)
{
	if (t->keep != keep)
		t->noted_ms = 0;
	t->max = max;
	t->keep = keep;
	t->wait = wait;
	t->due_ms = 0;
	t->looked_ms = 0;
}

uint64_t
retention_before(struct retention *t, uint64_t wall, uint64_t now_ms)
{
	uint64_t before = t->keep > wall ? 0 : wall - t->keep, noted = before;

	if (t->keep == 0)
		return 0;
	if (t->noted_ms != 0 && t->noted < noted)
		noted = t->noted; /* or the clock was put back: then less */
	if (t->wait == 0)
		return before;
	if (t->noted_ms != 0 && now_ms - t->noted_ms < t->wait * 1000) {
		t->noted = noted;
		return 0;
	}
	if (t->noted_ms == 0)
		noted = 0;
	t->noted_ms = now_ms;
	t->noted = before;
	return noted;
}

static void
note_oldest(struct look *l, const struct archive_entry *e)
{
	unsigned at = l->count;

	while (at > 0 && l->oldest[at - 1].changed > e->changed)
		at--;
	if (at == OLDEST_MAX)
		return;
	if (l->count < OLDEST_MAX)
		l->count++;
	memmove(&l->oldest[at + 1], &l->oldest[at],
	    (l->count - at - 1) * sizeof(l->oldest[0]));
	l->oldest[at] = (struct old){ .changed = e->changed, .size = e->size };
	memcpy(l->oldest[at].file, e->file, ARCHIVE_FILE_SIZE);
}

static void
look_at(void *self, const struct archive_entry *e)
{
	struct look *l = self;

	if (e->changed < l->before && archive_remove(l->dir, e->file)) {
		l->expired++;
		return;
	}
	l->t->total += e->size;
	note_oldest(l, e);
}

/* As far as one look has found any. */
static unsigned
remove_oldest(struct look *l, uint64_t most)
{
	unsigned removed = 0;

	for (unsigned i = 0; i < l->count && l->t->total > most; i++) {
		if (!archive_remove(l->dir, l->oldest[i].file))
			continue; /* it is being written */
		l->t->total -= l->oldest[i].size < l->t->total
				   ? l->oldest[i].size
				   : l->t->total;
		removed++;
	}
	return removed;
}

static void
look(struct retention *t, int dir)
{
	struct look *l = calloc(1, sizeof(*l));
	unsigned removed = 0;

	if (l == NULL)
		return; /* the next time, then */
	l->t = t;
	l->dir = dir;
	l->before =
	    retention_before(t, (uint64_t)time(NULL), (uint64_t)clock_ms());
	t->total = t->written = 0;
	archive_walk(dir, "", look_at, l);
	if (t->total > t->max)
		removed = remove_oldest(l, t->max - t->max / FREED_PART);
	if (l->expired + removed > 0)
		log_info(NULL,
		    "recordings removed expired=%u over_max=%u left=%" PRIu64,
		    l->expired, removed, t->total);
	free(l);
}

void
retention_check(struct retention *t, int dir)
{
	uint64_t now = (uint64_t)clock_ms();
	bool is_full = t->total + t->written > t->max;

	if (t->max == 0 || (now < t->due_ms && !is_full) ||
	    (t->looked_ms != 0 && now - t->looked_ms < LOOK_MIN_MS))
		return;
	look(t, dir);
	t->looked_ms = (uint64_t)clock_ms();
	t->due_ms = t->looked_ms + LOOK_MS;
}
