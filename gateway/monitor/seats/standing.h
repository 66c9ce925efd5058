/*
 * standing.h - how far the student of a seat is, and since when.
 *							Process: monitor.
 *
 * It is in atoll.db, too, and read from there when it is first asked for: after
 * an upgrade or a crash, or when a student comes back another day.
 */
#ifndef ATOLL_MONITOR_SEATS_STANDING_H
#define ATOLL_MONITOR_SEATS_STANDING_H

#include "gateway/base/step_score.h"
#include "gateway/monitor/monitor.h"

struct standing {
	uint32_t points, most;		 /* of the last check; most 0: none */
	uint32_t best_points, best_most; /* of the best one */
	int64_t gained; /* when best_points rose: since the epoch; 0: never */
	size_t step_count, last_count; /* of those the last check named so
					  many, which stand first */
	struct standing_step {
		struct step_score score;
		bool was_full; /* once */
	} steps[STEP_SCORES_MAX];
	char copied[TEXT_SIZE]; /* whose secrets it handed in, with blanks
				   between */
};

/* What a check changed. */
struct standing_news {
	bool is_changed; /* against the last one */
	bool has_risen;	 /* above the best one */
	unsigned done;	 /* so many steps are full that never were, */
	char first[STEP_NAME_SIZE]; /* and this is the first of them */
};

/* NULL without memory. */
const struct standing *standing_of(struct seat *s);

void standing_take(struct seat *s, const struct msg_checked *m,
    const struct step_score *steps, size_t step_count,
    struct standing_news *news);

/* It handed in a secret of that account. */
void standing_copied(struct seat *s, const char *owner);

/* The first step of the last check that lacks points; NULL: none is known. */
const struct step_score *standing_lacks(const struct standing *p);

#endif
