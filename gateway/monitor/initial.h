/*
 * initial.h - the first configuration, before there is a builder.
 *							Process: monitor.
 *
 * atoll-loader reads and checks it; here only its answer is parsed.
 */
#ifndef ATOLL_MONITOR_INITIAL_H
#define ATOLL_MONITOR_INITIAL_H

#include "gateway/config/config.h"

/* Have the loader read FILE, which blocks.  NULL: it has told its errors on
 * stderr, and e tells the rest. */
struct config *initial_config(const char *file, struct err *e);

#endif
