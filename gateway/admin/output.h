/*
 * output.h - whether what was written to the standard output got there.
 *
 * Process: atoll.  A script that keeps half a table has to hear of it, on the
 * standard error and from the exit status, whatever command wrote the table.
 */
#ifndef ATOLL_ADMIN_OUTPUT_H
#define ATOLL_ADMIN_OUTPUT_H

#include "gateway/base/err.h"

/* Before anything is opened: a standard descriptor that is closed gets one that
 * fails, or the gateway's socket would be the standard output. */
void output_begin(void);

/* Write out what is left.  The error is told once: what could not be written is
 * dropped. */
int output_flush(struct err *e);

/* The same at every exit(3), which then ends with status 1: see atexit(3). */
void output_at_exit(void);

#endif
