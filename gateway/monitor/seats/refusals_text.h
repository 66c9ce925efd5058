/*
 * refusals_text.h - what a sandbox was refused on its network, as a text.
 */
#ifndef ATOLL_MONITOR_SEATS_REFUSALS_TEXT_H
#define ATOLL_MONITOR_SEATS_REFUSALS_TEXT_H

#include "gateway/config/config.h"
#include "gateway/wire/msg.h"

/* In lines, for the student and for staff; lab is today's, or NULL: it is not there
 * any more. */
void refusals_text(const struct lab *lab, const struct msg_refusals *m,
    char to[LINE_SIZE]);

#endif
