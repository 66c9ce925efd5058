/*
 * check_lab.h - what a table of types and ranges cannot say of a lab's inside:
 * its limits, its files and its places.	Process: monitor, loader.
 */
#ifndef ATOLL_MONITOR_CHECK_LAB_H
#define ATOLL_MONITOR_CHECK_LAB_H

#include "gateway/monitor/check.h"

void check_inside(const struct lab *lab, config_setting_t *group,
    struct complaints *out);

#endif
