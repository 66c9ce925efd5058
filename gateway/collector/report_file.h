/*
 * report_file.h - the report of a lab, LAB/REPORT.html below state_dir/collected: no account
 * has capitals in its name.
 *
 * Process: collector.
 */
#ifndef ATOLL_COLLECTOR_REPORT_FILE_H
#define ATOLL_COLLECTOR_REPORT_FILE_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/* An empty file to be filled, which is the caller's; -1.  What an interrupted try has
 * left goes, and the report that is there stays until the next is whole. */
int report_file_create(int dir, const char *lab, struct err *e);

/* It is filled: it takes the place of the last one.  file is its name below dir. */
int report_file_keep(int dir, const char *lab, char file[TEXT_SIZE],
    struct err *e);

#endif
