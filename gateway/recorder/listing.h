/*
 * listing.h - which recordings there are, and the bytes of one.
 *							Process: recorder.
 */
#ifndef ATOLL_RECORDER_LISTING_H
#define ATOLL_RECORDER_LISTING_H

#include "gateway/recorder/recorder.h"

/* RECORDINGS_GET. */
void listing_tell(const struct recorder *r, const struct msg *m);

/* RECORDING_OPEN. */
void listing_open(const struct recorder *r, const struct msg *m);

#endif
