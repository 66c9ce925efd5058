/*
 * report.h - atoll report: how a lab went, afterwards.
 *
 * Process: atoll, atoll-staff.
 */
#ifndef ATOLL_ADMIN_REPORT_REPORT_H
#define ATOLL_ADMIN_REPORT_REPORT_H

#include "gateway/admin/command.h"

enum status report_run(const struct invocation *in, struct err *e);

#endif
