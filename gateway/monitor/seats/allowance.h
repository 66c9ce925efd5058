/*
 * allowance.h - the time that a seat is allowed beyond what its lab says.
 *							Process: monitor.
 *
 * Two things give a student more time: the account's time_factor, which
 * multiplies each time_limit, and an extension, which an administrator gives to a
 * seat or to a whole lab with "atoll extend".  Extensions hold at once and are
 * written to atoll.db, so that they outlive the monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_ALLOWANCE_H
#define ATOLL_MONITOR_SEATS_ALLOWANCE_H

#include "gateway/monitor/links/client.h"
#include "gateway/monitor/monitor.h"

#define EXTENSION_SECONDS_MAX ((uint64_t)365 * 86400)

/* A later closing time of a lab.  It is of the closing time that the lab file
 * says: when an instructor changes that, this is over. */
struct lab_extension {
	LIST_ENTRY(lab_extension) next;
	char lab[NAME_SIZE];
	int64_t until_configured; /* seconds since the epoch */
	int64_t more_open;	  /* seconds */
};

/* Read the extensions of labs, once, when the database is open. */
int allowance_open(struct monitor *m, struct err *e);
void allowance_close(struct monitor *m);

/* Once for a sandbox that is about to be built, and for one of an earlier monitor
 * when it is known again. */
void allowance_fill(struct monitor *m, struct seat *s);

/* The configuration was loaded, or an account was changed: the closing times of
 * labs and the factors of seats are looked up again, and students whose time
 * changes are told. */
void allowance_refresh(struct monitor *m);

/* ADMIN_EXTEND: more time for a seat or a lab, as its time_limit and its closing
 * time have it.  Answered with ADMIN_END when it is written. */
void allowance_extend(struct client *c, struct msg *ask);

#endif
