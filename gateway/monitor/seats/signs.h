/*
 * signs.h - what a seat does that its instructor should know.	Process: monitor.
 *
 * Three signs, each a count over a window of time:
 *
 *	probes	SIGN_CALLS different calls that nobody needs (trapped_calls.h)
 *		within a minute.  A program that looks for a way out makes many
 *		different ones; curiosity is one call many times.
 *	load	SIGN_LOAD_PERCENT of the processor time that the lab gives, over
 *		ten minutes.  That nobody typed meanwhile is for the caller to know.
 *	limits	forks refused in three of five minutes, or five processes ended for
 *		memory in five minutes.
 *
 * All is pure: times are of one clock that nobody sets, in milliseconds.  A zeroed
 * struct has seen nothing.
 */
#ifndef ATOLL_MONITOR_SEATS_SIGNS_H
#define ATOLL_MONITOR_SEATS_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

enum sign { SIGN_PROBES, SIGN_LOAD, SIGN_LIMITS, SIGN_COUNT };

#define SIGN_CALLS	  5
#define SIGN_CALLS_MS	  60000
#define SIGN_OOMS	  5
#define SIGN_OOMS_MS	  300000
#define SIGN_FORK_MINUTES 3 /* of SIGN_FORK_OF */
#define SIGN_FORK_OF	  5
#define SIGN_LOAD_PERCENT 90
#define SIGN_LOAD_MS	  600000
#define SIGN_SAMPLE_MS	  60000 /* between two looks at the processor */
#define SIGN_SAMPLES	  (SIGN_LOAD_MS / SIGN_SAMPLE_MS + 1)

/* After a sign was told, it is not told again for so long. */
#define SIGN_QUIET_MS 600000

struct sign_call {
	uint32_t number;
	int64_t at_ms; /* 0: no call */
};

/* What had been taken of the processor at a time, the oldest first. */
struct sign_samples {
	unsigned count;
	uint64_t cpu_us[SIGN_SAMPLES];
	int64_t at_ms[SIGN_SAMPLES];
};

struct signs {
	uint32_t raised; /* bit n: sign n was, and nobody has said that it
				    is well */
	int64_t told_ms[SIGN_COUNT];	   /* when last; 0: never */
	uint64_t trapped;		   /* calls, in all */
	struct sign_call call[SIGN_CALLS]; /* the last different ones */
	int64_t oom_ms[SIGN_OOMS];	   /* the last, the oldest first */
	int64_t minute;			   /* of the last refused fork, */
	uint32_t minutes; /* and bit n: in the one n before it there was one */
	struct sign_samples load;
};

/* "probes". */
const char *sign_name(enum sign sign);

/* The names of all that were raised, with blanks between. */
void signs_text(const struct signs *s, char to[TEXT_SIZE]);

/* One call of a kind that counts was made.  True: with it, it is a sign. */
bool signs_call(struct signs *s, uint32_t number, int64_t now_ms);

/* So many processes were ended for memory.  True: likewise, as is the next. */
bool signs_oom(struct signs *s, uint32_t count, int64_t now_ms);

/* Forks were refused. */
bool signs_fork_refused(struct signs *s, int64_t now_ms);

/* The sandbox has taken so much in all; percent is what it may take, 100 being one
 * processor.  A number that went down is another beginning. */
bool signs_sample(struct signs *s, uint64_t cpu_us, uint32_t percent,
    int64_t now_ms);

/* What the processor did does not count: it was slowed, or frozen. */
void signs_forget_load(struct signs *s);

/* The sign is there.  True: it is to be told, and counts as told then. */
bool signs_raise(struct signs *s, enum sign sign, int64_t now_ms);

/* Somebody has looked: all begins anew, but for the number of calls. */
void signs_clear(struct signs *s);

/* As fields of STATE_SEAT; what another build wrote otherwise counts as nothing
 * seen. */
void signs_save(const struct signs *s, struct numbers *signs,
    struct numbers *load);
void signs_restore(struct signs *s, const struct numbers *signs,
    const struct numbers *load);

#endif
