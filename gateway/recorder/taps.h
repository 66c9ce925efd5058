/*
 * taps.h - the terminals that are looked at.		Process: recorder.
 */
#ifndef ATOLL_RECORDER_TAPS_H
#define ATOLL_RECORDER_TAPS_H

#include "gateway/recorder/recorder.h"

/* TAP_OPEN, whose descriptor is taken; answered by TAP_OPENED. */
void taps_open(struct recorder *r, struct msg *m);

/* TAP_MARK. */
void taps_mark(struct recorder *r, const struct msg_tap_mark *m);

/* TAP_CLOSE, and WATCH_OPEN, whose descriptor is taken. */
void taps_close(struct recorder *r, const struct msg_tap_close *m);
void taps_watch(struct recorder *r, struct msg *m);

/* Its session has written, or closed it. */
void taps_read(struct recorder *r, struct tapped *t);

/* Those whose file is still another's are looked at again.  How long until the
 * next time: milliseconds, -1 for none. */
int taps_check_held(struct recorder *r);

#endif
