/*
 * db.h - state_dir/atoll.db: what must outlive a restart and is no
 * configuration.					Process: monitor.
 *
 * SQLite with a write-ahead log, so that a process killed in the middle of a
 * write leaves all of it or nothing, and readers never wait for a writer.
 *
 * Who may do what, and when:
 *  - The loop reads, through monitor->db, and only by index and few rows: that
 *    is microseconds, out of SQLite's or the kernel's cache.
 *  - The loop never writes: it hands that to the thread of writer.h, so a disk
 *    that takes a second to sync delays the answer to that one change.
 *  - Root makes the files and gives them to user atoll, but never opens a
 *    database that atoll may have written: a monitor that was taken over must
 *    not choose what SQLite reads as root.  state_dir stays root's, and
 *    the log files exist beforehand, because atoll may make no file there.
 *
 * A new table is a step at the end of the list in schema.c.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_DB_H
#define ATOLL_MONITOR_ACCOUNTS_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"

#define DB_NAME "atoll.db"

struct db;

/* How long whoever opened this waits for a lock of another program, such as
 * the shell sqlite3; the loop does not wait. */
enum db_access { DB_READ, DB_WRITE };

/* As root: the directory, and in it the files, owned by that user.  *dir is the
 * directory's descriptor, for db_open(): the user need not be able to reach it
 * by its path. */
int db_make(const char *state_dir, uid_t uid, gid_t gid, int *dir,
    struct err *e);

/* Open what db_make() made.  DB_WRITE brings its tables up to date, so it comes
 * first.  NULL with a text that says what to do. */
struct db *db_open(int dir, enum db_access access, struct err *e);
void db_close(struct db *db);

/* How often SQLite has failed so far; by any thread. */
uint64_t db_errors(const struct db *db);

/* Tables, indices and their versions (schema.c). */
int schema_upgrade(struct db *db, struct err *e);

/* A statement, to be bound with sqlite3_bind_*() and ended with
 * sqlite3_finalize(), or kept and sqlite3_reset().  A text that is bound with
 * NULL as its destructor must outlive the step.  NULL is an error of db. */
sqlite3_stmt *db_prepare(struct db *db, const char *sql, struct err *e);

/* 1: a row is there.  0: no more.  -1: an error. */
int db_step(struct db *db, sqlite3_stmt *s, struct err *e);

/* A statement whose one parameter is a text; as db_step(), the row unread. */
int db_step_for(struct db *db, const char *sql, const char *text,
    struct err *e);

/* Statements without parameters. */
int db_exec(struct db *db, const char *sql, struct err *e);

/* The number of a statement with one row and column, such as a count. */
int db_number(struct db *db, const char *sql, int64_t *number, struct err *e);

/* Column as text, never NULL; lives until the next step. */
const char *db_text(sqlite3_stmt *s, int column);

#endif
