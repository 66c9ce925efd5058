/*
 * print.h - what the administrator sees: tables for people, JSON for scripts.
 *
 * Process: atoll.  Pure: everything goes to the given stream, nothing fails;
 * the caller checks the stream once, at the end.  Texts of the monitor may
 * hold anything, a student's bytes too: none reaches a terminal unescaped.
 */
#ifndef ATOLL_ADMIN_PRINT_H
#define ATOLL_ADMIN_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "gateway/wire/msg.h"

#define SHORT_TEXT_SIZE 32 /* any size, duration or time */

/* "812", "1.3M", "37M", "2.0G": three digits at most, cut, never rounded up. */
void size_text(char to[SHORT_TEXT_SIZE], uint64_t bytes);

/* "0.42s", "12.3s", "2m05s", "1h07m", "3d04h". */
void duration_text(char to[SHORT_TEXT_SIZE], uint64_t us);

/* A moment, given in seconds since the epoch: here, and in UTC for scripts. */
void local_time_text(char to[SHORT_TEXT_SIZE], uint64_t seconds);
void utc_time_text(char to[SHORT_TEXT_SIZE], uint64_t seconds);

/* A line of the monitor's for a person. */
void print_line(FILE *out, const char *text);

void print_status(FILE *out, const struct msg_status *s, time_t now);
void print_seats(FILE *out, const struct msg_seat *seats, size_t count);

void json_status(FILE *out, const struct msg_status *s);
void json_seats(FILE *out, const struct msg_seat *seats, size_t count);

/* What became of a request: its status, what the monitor said, and lines. */
void json_outcome(FILE *out, uint32_t status, const char *text,
    char (*lines)[TEXT_SIZE], size_t count);

#endif
