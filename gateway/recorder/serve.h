/*
 * serve.h - record for as long as there is something to be recorded.
 *							Process: recorder.
 */
#ifndef ATOLL_RECORDER_SERVE_H
#define ATOLL_RECORDER_SERVE_H

#include "gateway/base/err.h"
#include "gateway/recorder/fanout.h"

/* Made before the jail, which cannot. */
int recorder_loop(struct err *e);

/*
 * Until the link closes; what is tapped then is recorded to its end, or until
 * the recorder of the next monitor has it, for a minute at most.  -1: it cannot
 * begin, or the monitor is of another build.
 */
int recorder_serve(int link, int dir, int loop, struct fanouts *fans,
    struct err *e);

#endif
