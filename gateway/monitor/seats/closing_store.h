/*
 * closing_store.h - what atoll.db has of work that is, or was, collected.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_CLOSING_STORE_H
#define ATOLL_MONITOR_SEATS_CLOSING_STORE_H

#include "gateway/monitor/monitor.h"

/* The values are in the database. */
enum collected_state { COLLECTED_BEGUN, COLLECTED_WHOLE, COLLECTED_LOST };

/* A row of its table. */
struct collected {
	char account[NAME_SIZE], lab[NAME_SIZE];
	int64_t begun; /* seconds since the epoch */
	uint32_t sandbox;
	enum collected_state state;
	uint32_t points, most; /* most 0: there was no check */
	char file[TEXT_SIZE];  /* below state_dir/collected */
	uint64_t size;	       /* bytes */
	char sha256[TEXT_SIZE];
};

/* Of a seat that is there. */
void closing_row(const struct seat *s, enum collected_state state,
    struct collected *c);

/* It is whole, as atoll-collector says. */
void closing_fill(struct collected *c, const struct msg_collected *told);

/* Write it down, in place of what there is of it.  What cannot be written is in the
 * log. */
void closing_store(struct monitor *m, const struct collected *c);

/* Its student knows of all that is whole. */
void closing_store_told(struct monitor *m, const char *account);

/* Which rows. */
struct collected_wish {
	const char *account; /* NULL: of all */
	const char *lab;     /* NULL: of all */
	int state;	     /* -1: in each */
	bool is_untold;	     /* those that their student does not know */
	bool is_of_today; /* not of an account of that name that was removed */
};

/* By lab, account and time; -1: the database cannot be read. */
int closing_rows(struct monitor *m, const struct collected_wish *w,
    void (*each)(void *self, const struct collected *c), void *self,
    struct err *e);

#endif
