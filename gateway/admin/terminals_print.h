/*
 * terminals_print.h - the terminals of a seat, for people and for scripts.
 *
 * Process: atoll.  Pure, as print.h.  All of it was said by the seat's sandbox,
 * and may be anything.
 */
#ifndef ATOLL_ADMIN_TERMINALS_PRINT_H
#define ATOLL_ADMIN_TERMINALS_PRINT_H

#include <stddef.h>
#include <stdio.h>

#include "gateway/wire/msg.h"

void print_terminals(FILE *out, const struct msg_seat_terminal *terminals,
    size_t count);
void json_terminals(FILE *out, const struct msg_seat_terminal *terminals,
    size_t count);

#endif
