/*
 * retention.h - how much there may be of recordings, and for how long.
 *							Process: recorder.
 *
 * The oldest go first.  What is being written stays: it is locked, and one alone
 * may take an eighth of all.
 */
#ifndef ATOLL_RECORDER_RETENTION_H
#define ATOLL_RECORDER_RETENTION_H

#include <stdint.h>

#define RETENTION_PART 8 /* of the whole, that one recording may take */

struct retention {
	uint64_t max, keep; /* bytes, 0: not known yet; seconds, 0: for ever */
	uint64_t wait;	    /* seconds */
	uint64_t total;	    /* bytes, at the last look */
	uint64_t written;   /* since then */
	uint64_t due_ms, looked_ms; /* of clock.h */
	uint64_t noted_ms; /* when it was noted, of clock.h, that what was */
	uint64_t noted;	   /* changed before then is too old; 0: not yet */
};

/* RECORDINGS_LIMIT. */
void retention_set(struct retention *t, uint64_t max, uint64_t keep,
    uint64_t wait);

/* What was changed before is too old, and was so at a look that is wait seconds
 * ago by a clock that only counts: what the host's clock says for a shorter time,
 * wrong as it may be, removes nothing.  0: nothing is. */
uint64_t retention_before(struct retention *t, uint64_t wall, uint64_t now_ms);

/* Remove what is too old or too much, where it is time to look. */
void retention_check(struct retention *t, int dir);

#endif
