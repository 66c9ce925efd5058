/*
 * accounts.h - the accounts of atoll.conf and of atoll.db.
 *							Process: monitor.
 *
 * The configuration wins where both know a name.  A look-up in the database is
 * one row by its key, see db.h.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_ACCOUNTS_H
#define ATOLL_MONITOR_ACCOUNTS_ACCOUNTS_H

#include "gateway/monitor/monitor.h"

#define GROUPS_MAX 32 /* of an account */

struct accounts;
struct db;

int accounts_open(struct monitor *m, struct err *e);
void accounts_close(struct monitor *m);

/* NULL when there is none.  What is returned holds until the next call. */
const struct account *accounts_find(struct monitor *m, const char *name);

/* The account of a connection that is logged in, which is made up for a
 * connection without one; likewise. */
const struct account *accounts_of(const struct conn *c);

/* The one of the database, hidden or not. */
const struct account *accounts_find_made(struct monitor *m, const char *name);

/* How many there are in the database. */
uint32_t accounts_count(struct monitor *m);

/* After a load: learn the methods of its password hashes, and say which names
 * the configuration has taken over, and which anonymous labs cannot be entered
 * by their names. */
void accounts_compare(struct monitor *m);

/* Why a right password or key is not enough: the account is locked or has
 * expired.  NULL when it is enough; text is of TEXT_SIZE. */
const char *accounts_find_refusal(const struct account *a, char *text);

/* "" or that the account expires soon, for its student. */
void accounts_notice(const struct account *a, char *text);

/* May a new account be called so?  -1 says why not: it is no name, means
 * something else in a login, or is taken by the configuration. */
int accounts_check_name(const struct config *c, const char *name,
    struct err *e);

/* A hash of crypt(5), made in a way that is safe today.  Its method is one of
 * the site's from now on, see methods.h. */
int accounts_check_password(struct monitor *m, const char *hash, struct err *e);

/* Words between blanks, each a group's name. */
int accounts_check_groups(const char *groups, struct err *e);

/* Percent. */
int accounts_check_time_factor(int64_t factor, struct err *e);

/* On the writer's thread, when an account was inserted: the new one must not
 * have results or homes of an earlier account of its name.  1 says why nobody
 * can have the name yet, -1 that it failed. */
int accounts_begin(struct db *db, const char *name, struct err *e);

#endif
