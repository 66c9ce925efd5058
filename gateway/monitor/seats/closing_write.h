/*
 * closing_write.h - what a seat's student has changed becomes a signed archive.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_CLOSING_WRITE_H
#define ATOLL_MONITOR_SEATS_CLOSING_WRITE_H

#include "gateway/monitor/monitor.h"

/* Have atoll-collector make a file, the builder write it, and the first sign it; then the
 * seat ends with its receipt.  After a failure it is in CLOSING_CHECKED again, with the
 * time of the next try. */
void closing_write(struct seat *s);

#endif
