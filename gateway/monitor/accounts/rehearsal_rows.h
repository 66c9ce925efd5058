/*
 * rehearsal_rows.h - what the database has of a rehearsal.	Process: monitor.
 *
 * Its accounts have the mark of rehearsal_mark.h.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_REHEARSAL_ROWS_H
#define ATOLL_MONITOR_ACCOUNTS_REHEARSAL_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/monitor/accounts/db.h"
#include "gateway/wire/msg.h"

/* What they are made of. */
struct rehearsal_rows {
	uint32_t count;
	char key[LINE_SIZE]; /* with which all of them log in */
	const char *group;   /* that the lab wants; "": none */
	bool has_homes;	     /* or may have */
};

/* On the writer's thread: make the accounts; remove them with all that there is of
 * them, but for the names of those that have homes (purge.h). */
int rehearsal_make_rows(struct db *db, const struct rehearsal_rows *r,
    struct err *e);
int rehearsal_forget_rows(struct db *db, const struct rehearsal_rows *r,
    struct err *e);

/* Each account of a rehearsal; -1 when the database cannot be read. */
int rehearsal_each_row(struct db *db,
    void (*each)(void *self, const char *name), void *self, struct err *e);

/* How many accounts there are, and names whose homes are not gone yet. */
int rehearsal_count_left(struct db *db, int64_t *n, struct err *e);
int rehearsal_count_homes(struct db *db, int64_t *n, struct err *e);

#endif
