/*
 * report_advice.h - what to set next time.
 *
 * Process: atoll, atoll-staff.  Pure.
 */
#ifndef ATOLL_ADMIN_REPORT_REPORT_ADVICE_H
#define ATOLL_ADMIN_REPORT_REPORT_ADVICE_H

#include "gateway/admin/report/report_sum.h"

/* Fill in the advice of a sum that has all else. */
void report_advise(struct report *r);

#endif
