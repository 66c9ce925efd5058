/*
 * serve.h - one request of the monitor's after the other.
 *							Process: collector.
 */
#ifndef ATOLL_COLLECTOR_SERVE_H
#define ATOLL_COLLECTOR_SERVE_H

#include "gateway/base/err.h"

/*
 * Until the link closes.  dir is state_dir/collected, where the key for receipts is
 * made when there is none.  -1: it cannot begin, or the monitor is of another build.
 */
int collector_serve(int link, int dir, struct err *e);

#endif
