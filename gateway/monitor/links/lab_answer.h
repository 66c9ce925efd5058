/*
 * lab_answer.h - what a student's lab program is answered.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_LAB_ANSWER_H
#define ATOLL_MONITOR_LINKS_LAB_ANSWER_H

#include "gateway/monitor/monitor.h"
#include "gateway/wire/lab_protocol.h"

/* LAB_TOLD for the request of that serial, whose text is printed as it is.  Nothing is
 * said to an init that is gone. */
void lab_answer(const struct seat *s, uint32_t serial, enum lab_status status,
    const char *text);

/* The same for a request that this build does not know: that sandbox is of a newer
 * one, which is so where an upgrade was taken back. */
void lab_answer_unknown(const struct seat *s, uint32_t serial);

#endif
