/*
 * steps_print.h - the results of a lab by step: a row for each account, a column
 * for each step that a check named.			Process: atoll.
 *
 * What is shown of a step are its best points.  The columns are in the order of
 * the check that ran last.
 */
#ifndef ATOLL_ADMIN_STEPS_PRINT_H
#define ATOLL_ADMIN_STEPS_PRINT_H

#include <stdio.h>

#include "gateway/admin/exchange.h"

void print_steps(FILE *out, struct answer *a);
void json_steps(FILE *out, struct answer *a);

/* As csv_results(): texts are harmless to a spreadsheet.  A cell is empty where
 * no check of that account named the step. */
void csv_steps(FILE *out, struct answer *a);

#endif
