/*
 * recordings_print.h - the recordings that there are, for people, scripts and
 * spreadsheets.					Process: atoll, staff.
 */
#ifndef ATOLL_ADMIN_REPLAY_RECORDINGS_PRINT_H
#define ATOLL_ADMIN_REPLAY_RECORDINGS_PRINT_H

#include <stddef.h>
#include <stdio.h>

#include "gateway/wire/msg.h"

void print_recordings(FILE *out, const struct msg_recorded *rows, size_t count);
void json_recordings(FILE *out, const struct msg_recorded *rows, size_t count);
void csv_recordings(FILE *out, const struct msg_recorded *rows, size_t count);

#endif
