/*
 * replay.h - the recordings that there are, and one of them played.
 *							Process: atoll, staff.
 */
#ifndef ATOLL_ADMIN_REPLAY_REPLAY_H
#define ATOLL_ADMIN_REPLAY_REPLAY_H

#include "gateway/admin/query.h"

/* "recordings [LAB]" is a query_run(). */
extern const struct query recordings_query;

/* "replay NAME|SEAT|FILE". */
enum status replay_run(const struct invocation *in, struct err *e);

#endif
