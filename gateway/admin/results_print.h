/*
 * results_print.h - the results of a lab's checks, for people, scripts and
 * spreadsheets.						Process: atoll.
 */
#ifndef ATOLL_ADMIN_RESULTS_PRINT_H
#define ATOLL_ADMIN_RESULTS_PRINT_H

#include <stddef.h>
#include <stdio.h>

#include "gateway/wire/msg.h"

void print_results(FILE *out, const struct msg_result *results, size_t count);
void json_results(FILE *out, const struct msg_result *results, size_t count);

/* RFC 4180, with a row of names first.  A check may print what a student wrote:
 * what a spreadsheet would take for a formula begins with a ' instead, and
 * control characters but line ends are question marks. */
void csv_results(FILE *out, const struct msg_result *results, size_t count);

#endif
