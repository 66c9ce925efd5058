/*
 * receipts.h - what students are told of their work that was collected.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_RECEIPTS_H
#define ATOLL_MONITOR_SEATS_RECEIPTS_H

#include "gateway/monitor/seats/closing_store.h"

/* "8 of 10 points, 52224 bytes, sha256 9f86d081..." */
void receipts_text(const struct collected *c, char text[TEXT_SIZE]);

/* A line for each that the student was not told yet. */
void receipts_tell_newcomer(struct conn *c);

/* All of that account, the newest last, for lab(1).  1; 0: there is none; -1: the
 * database cannot be read. */
int receipts_write(const struct seat *s, char text[LINE_SIZE], struct err *e);

#endif
