/*
 * hand.h - a student asks for help.
 */
#ifndef ATOLL_INIT_HAND_H
#define ATOLL_INIT_HAND_H

#include "gateway/wire/chan.h"
#include "sandbox/init/lab_socket.h"
#include "sandbox/init/terminals.h"

/* What the lab program wants of the hand; LAB_TOLD answers it, or this when the
 * monitor cannot be told. */
void hand_pass(const struct chan *monitor, struct lab_client *c);

/* LAST_LINE_GET: the last line of the terminal that the student is at, or was at
 * last. */
void hand_tell_line(const struct chan *monitor, const struct terminals *all,
    uint32_t serial);

#endif
