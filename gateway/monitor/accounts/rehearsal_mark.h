/*
 * rehearsal_mark.h - what tells an account of a rehearsal from others in atoll.db.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_REHEARSAL_MARK_H
#define ATOLL_MONITOR_ACCOUNTS_REHEARSAL_MARK_H

#define REHEARSAL_SOURCE "rehearsal" /* of accounts in atoll.db */

/* A condition of SQL: the account of this column is none of a rehearsal. */
#define REHEARSAL_NOT_SQL(column)                                              \
	column " NOT IN (SELECT name FROM accounts"                            \
	       " WHERE source = '" REHEARSAL_SOURCE "')"

#endif
