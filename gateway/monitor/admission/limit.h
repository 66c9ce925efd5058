/*
 * limit.h - how many connections may be that have not logged in.	Process: monitor.
 *
 * A connection that has not logged in is cheap but not free.  When as many as
 * unauthenticated_max are there, a newcomer takes the place of another:
 *  - of the address that holds most, when that is more than the newcomer's
 *    would hold: a flood from a few addresses keeps nobody else out;
 *  - otherwise of whoever has been idle too long, of the newcomer's own address
 *    when none holds more: a flood from the newcomer's very address, or from
 *    ever so many, only keeps a place for as long as an honest client needs.
 * Within either the least promising goes first, see enum rank.  A connection
 * whose password is being checked is never sent away.  Only when none can go is
 * the newcomer refused.  So a classroom behind one address has all places while
 * nobody else wants them.
 *
 * Every call costs O(log addresses), however many there are.
 */
#ifndef ATOLL_MONITOR_ADMISSION_LIMIT_H
#define ATOLL_MONITOR_ADMISSION_LIMIT_H

#include <sys/queue.h>

#include "gateway/base/address.h"
#include "gateway/monitor/admission/address_table.h"

enum rank {
	RANK_SILENT, /* a TCP connection and no more, as far as we know */
	RANK_KNOWN,  /* the same, from an address of a recent login */
	RANK_SPOKE,  /* has exchanged keys, and is to log in */
	RANK_BUSY,   /* waits for our answer to its login */
	RANKS
};

struct origin;

/* One that has not logged in; embedded in its connection. */
struct preauth_conn {
	TAILQ_ENTRY(preauth_conn) in_all, in_origin;
	struct origin *origin; /* NULL when it has logged in */
	enum rank rank;
	uint64_t since_ms; /* when it got its rank */
};

TAILQ_HEAD(preauth_conns, preauth_conn);

/* Connections by rank; in each the longest idle first. */
struct line {
	struct preauth_conns rank[RANKS];
};

/* All connections that have not logged in. */
struct preauth {
	struct address_table origins;
	struct origin **heap; /* the one with most of them first; owned */
	size_t heap_count, heap_room;
	struct line line; /* all of them */
	unsigned count;
};

enum limit_verdict { LIMIT_ADMIT, LIMIT_REPLACE, LIMIT_REFUSE };

struct newcomer {
	const struct address *address;
	bool known; /* a login came from there lately */
	uint64_t now_ms;
};

/* -1 without memory. */
int limit_init(struct preauth *l);
void limit_free(struct preauth *l);

/* May one more come?  With LIMIT_REPLACE, *victim is who has to go. */
enum limit_verdict limit_newcomer(const struct preauth *l, int64_t max,
    const struct newcomer *n, struct preauth_conn **victim);

/* How many of an address came during the last so many milliseconds and have not
 * exchanged keys yet; counts to most at most. */
unsigned limit_exchanging(const struct preauth *l, const struct address *a,
    uint64_t now_ms, uint64_t ms, unsigned most);

/* It came; -1 without memory. */
int limit_admit(struct preauth *l, struct preauth_conn *s,
    const struct newcomer *n);

/* It has been there since before this build, with that rank since then; -1 without
 * memory. */
int limit_restore(struct preauth *l, struct preauth_conn *s,
    const struct address *a, enum rank rank, uint64_t since_ms);

/* It got on, or back; nothing for one that has logged in. */
void limit_rank(struct preauth *l, struct preauth_conn *s, enum rank rank,
    uint64_t now_ms);

/* It logged in, or left; nothing for one that has logged in. */
void limit_leave(struct preauth *l, struct preauth_conn *s);

#endif
