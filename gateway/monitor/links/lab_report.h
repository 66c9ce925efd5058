/*
 * lab_report.h - the report of a lab lies beside the work that was collected of it.
 *							Process: monitor.
 *
 * When nobody's work is being collected any more, 'atoll report LAB --html -' is run by
 * atoll-staff, as the administrator would, into a file of atoll-collector's.  It takes the
 * place of the one before, and no byte of it passes here.  What fails is tried again,
 * some times; a report can be had by hand at any time.
 */
#ifndef ATOLL_MONITOR_LINKS_LAB_REPORT_H
#define ATOLL_MONITOR_LINKS_LAB_REPORT_H

#include "gateway/monitor/monitor.h"

/* Something more was collected of that lab.  Where the site keeps nothing that a report is
 * made of, there is none. */
void lab_report_want(struct monitor *m, const char *lab);

/* Each second: begin what is to be made. */
void lab_report_tick(struct monitor *m);

/* The end of the monitor. */
void lab_report_free(struct monitor *m);

#endif
