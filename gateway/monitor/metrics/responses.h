/*
 * responses.h - how fast the gateway was for a client, as its session says.
 *							Process: monitor.
 *
 * A session that was taken over can say what it likes.  So a message whose numbers
 * cannot be ends its link; of keys no more count than a hundred a second, and of
 * first words one for each seat that was asked for, not longer ago than that.
 * Beyond this it can lie about itself.
 */
#ifndef ATOLL_MONITOR_METRICS_RESPONSES_H
#define ATOLL_MONITOR_METRICS_RESPONSES_H

#include "gateway/monitor/monitor.h"

/* Can these be the numbers of a histogram of echoes, none of which was longer than
 * the highest bound?  Pure. */
bool responses_are_possible(const uint64_t *numbers, uint32_t count);

/* RESPONSES of a connection. */
void responses_take(struct conn *c, const struct msg_responses *m);

#endif
