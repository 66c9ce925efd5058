/*
 * trial.h - a program is run to its end, to see whether it can.
 */
#ifndef ATOLL_BASE_TRIAL_H
#define ATOLL_BASE_TRIAL_H

#include "gateway/base/err.h"

/* Of whom others wait for us meanwhile. */
#define TRIAL_SECONDS 10

/*
 * Run argv[0] in that directory (-1: in ours), with all descriptors that are not
 * close-on-exec, and with link (or -1) as its descriptor 3.  Waits for its end, for
 * so many seconds at most; then it is killed.  0: its exit status was 0.  -1
 * otherwise; e begins with what, and ends with why.  said is the first line of its
 * standard error, in both cases, without the level of log.h.
 */
int trial_run(const char *what, const char *const *argv, int directory,
    int link, int seconds, char said[ERR_TEXT_SIZE], struct err *e);

#endif
