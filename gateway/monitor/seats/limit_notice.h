/*
 * limit_notice.h - what a student reads when the sandbox has met a limit.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_LIMIT_NOTICE_H
#define ATOLL_MONITOR_SEATS_LIMIT_NOTICE_H

#include "gateway/config/config.h"
#include "gateway/monitor/seats/registry.h"
#include "gateway/wire/msg.h"

/* "disk full". */
const char *limit_notice_name(enum limit limit);

/* "disk full: the limit of this sandbox is disk = 8M", as the lab's file has
 * it; of one of several, its machine is named, and else "".  lab is NULL when a reload has taken it away: what only the lab knows is
 * then left out. */
void limit_notice_text(const struct seat *s, const struct lab *lab,
    const char *machine, enum limit limit, char to[TEXT_SIZE]);

#endif
