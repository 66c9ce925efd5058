/*
 * signer_list.h - the signers that there are.	Process: monitor.
 *
 * For signers.c, signer_conns.c and signer_upgrade.c.
 */
#ifndef ATOLL_MONITOR_LINKS_SIGNER_LIST_H
#define ATOLL_MONITOR_LINKS_SIGNER_LIST_H

#include "gateway/monitor/links/key_sets.h"
#include "gateway/monitor/monitor.h"

enum signer_state {
	SIGNER_STARTS,
	SIGNER_NEXT,	/* is ready, for what signers_renew() began */
	SIGNER_CURRENT, /* new connections come to it */
	SIGNER_RETIRED, /* only those that it has stay */
	SIGNER_STATES
};

struct signer {
	LIST_ENTRY(signer) all;
	struct monitor *monitor;
	uint32_t number;	 /* from 1 */
	struct link *link;	 /* owned */
	enum signer_state state; /* signer_step() alone writes it */
	bool is_new;	     /* of signers_renew(), not for one that was lost */
	struct key_set keys; /* while it starts */
	uint32_t set;	     /* once it is ready */
	uint64_t asked_ms;   /* uv_now() of a question without answer, or 0;
				    that of its start, while it starts */
};

struct signers {
	LIST_HEAD(, signer) all;
	struct key_sets sets;
	uint32_t last_number, set; /* that new connections are shown */
	uint32_t turns;		   /* whose turn it is */
	bool is_renewing;
	uint64_t started_ms; /* uv_now() of the last start for one lost, */
	uint64_t pause_ms;   /* and how long after it is the next */
};

/* fd is taken.  NULL: there is no memory. */
struct signer *signer_add(struct monitor *m, int fd, struct err *e);

/* A step that there is not retires it. */
void signer_step(struct signer *s, enum signer_state next);

unsigned signers_count(const struct signers *all, enum signer_state state);

#endif
