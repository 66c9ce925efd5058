/*
 * writer.h - the thread that changes atoll.db.		Process: monitor.
 *
 * One thread of its own, with its own connection: changes happen one after the
 * other in the order asked for, a slow disk delays only those who wait for a
 * change, and the thread pool stays free for passwords.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_WRITER_H
#define ATOLL_MONITOR_ACCOUNTS_WRITER_H

#include <stdbool.h>
#include <uv.h>

#include "gateway/monitor/accounts/db.h"

struct writer;

/* On the thread, inside a transaction: 0 commits it, -1 takes everything back.
 * Touches nothing but db and data. */
typedef int writer_work(struct db *db, void *data, struct err *e);

/* On the loop, when it is on disk, or e says why not.  Whoever waits for it
 * may have gone: find them by a number, not by a pointer. */
typedef void writer_done(void *data, const struct err *e);

/* Takes db over, also when it fails.  After privileges were dropped: a thread
 * would keep its own. */
struct writer *writer_start(uv_loop_t *loop, struct db *db, struct err *e);

/* Have work() done.  data belongs to the change until done() gets it back. */
void writer_add(struct writer *w, writer_work *work, writer_done *done,
    void *data);

/* As db_errors(). */
uint64_t writer_errors(const struct writer *w);

/* Nothing was asked for that was not told of. */
bool writer_is_idle(const struct writer *w);

/* Finish all that was asked for, and tell how it went. */
void writer_stop(struct writer *w);

#endif
