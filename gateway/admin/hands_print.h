/*
 * hands_print.h - the hands that are up.
 *
 * Process: atoll, atoll-staff.
 */
#ifndef ATOLL_ADMIN_HANDS_PRINT_H
#define ATOLL_ADMIN_HANDS_PRINT_H

#include <stdio.h>

#include "gateway/wire/msg.h"

void print_hands(FILE *out, const struct msg_hand_up *hands, size_t count);
void json_hands(FILE *out, const struct msg_hand_up *hands, size_t count);
void csv_hands(FILE *out, const struct msg_hand_up *hands, size_t count);

#endif
