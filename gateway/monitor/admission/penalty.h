/*
 * penalty.h - addresses that guess passwords are refused for a while.
 * *							Process: monitor.
 *
 * What one address gets wrong is counted in points, which fade: three for a
 * wrong password of a new name, one for a name that was wrong before, and one
 * for a key exchange without a login: a student mistypes a password, while a
 * guesser tries names.  Whether the name is an account's makes no difference:
 * the penalty would tell.  An address that has more points than it may is
 * refused for a while.  An address of a recent login is allowed more: it may be
 * a classroom's.  What a student got wrong on the way to the right password is
 * taken back.
 *
 * Both tables are of bounded size.
 */
#ifndef ATOLL_MONITOR_ADMISSION_PENALTY_H
#define ATOLL_MONITOR_ADMISSION_PENALTY_H

#include "gateway/monitor/admission/recent.h"
#include "gateway/wire/msg.h"

struct penalties {
	struct recent failures, logins;
};

struct penalty_rules {
	int64_t seconds;  /* of one penalty; 0 never gives one */
	int64_t failures; /* points that an unknown address may have */
};

/* A wrong password, or keys exchanged for nothing. */
struct failure {
	const struct address *address;
	const char *account; /* NULL: none was tried */
	uint64_t now_ms;
};

/* -1 without memory. */
int penalties_init(struct penalties *p);
void penalties_free(struct penalties *p);

/* Count it; returns its points.  penalty_left() says whether it was one too
 * many. */
unsigned penalty_failed(struct penalties *p, const struct penalty_rules *rules,
    const struct failure *f);

/* A login, after failures of so many points as the same account. */
void penalty_logged_in(struct penalties *p, const struct address *a,
    unsigned points, uint64_t now_ms);

/* For how many seconds more it is refused, or 0. */
unsigned penalty_left(const struct penalties *p, const struct address *a,
    uint64_t now_ms);

/* All that is known, a row for each; and such a row taken back in, -1 without
 * memory. */
void penalties_save(const struct penalties *p,
    void (*put)(void *self, const struct msg *row), void *self);
int penalty_restore(struct penalties *p, const struct msg_state_penalty *row);

/* Has a login come from there lately? */
bool penalty_is_known(const struct penalties *p, const struct address *a,
    uint64_t now_ms);

#endif
