/*
 * closing.h - the work of a seat is collected before its sandbox ends.
 *							Process: monitor.
 *
 * Where the lab says close = "collect", and the time of a sandbox is over, or its student
 * has left it for good: it is frozen at once, so that nobody has more time than another.
 * When its turn comes it is thawed for the lab's check alone, and frozen again; then the
 * builder writes what was changed into a file of atoll-collector's, which signs it with
 * the points of that check.  Its student reads the receipt, and the sandbox goes.
 *
 * What fails is tried again until it is done: a sandbox is kept for as long.  How far it is
 * need not be written down.  A monitor after a crash finds the sandbox frozen and the row
 * that it was begun, see closing_store.h, and begins again; what is signed is found by
 * its name.
 */
#ifndef ATOLL_MONITOR_SEATS_CLOSING_H
#define ATOLL_MONITOR_SEATS_CLOSING_H

#include "gateway/monitor/monitor.h"

/* Who wants into a seat meanwhile. */
#define CLOSING_SAYS                                                           \
	"your work in this lab is being collected, and can be changed no "     \
	"more:"                                                                \
	" your next login says what came of it"

/* False: this seat's work is not to be collected.  why is told. */
bool closing_begin(struct seat *s, const char *why);

/* Each second, and after each step: take the next steps. */
void closing_look(struct monitor *m);

/* Its init has said something of a check. */
void closing_checked(struct seat *s);

/* A monitor before this one had begun, at that time. */
void closing_go_on(struct seat *s, int64_t begun);

/* Its sandbox is gone, whoever wanted that. */
void closing_sandbox_ended(struct seat *s);

#endif
