/*
 * policy.h - who may enter which lab.			Process: monitor.
 *
 * Pure decisions over a configuration.
 */
#ifndef ATOLL_MONITOR_POLICY_H
#define ATOLL_MONITOR_POLICY_H

#include "gateway/monitor/config.h"

/* True when the lab is open or shares a group with the account, which may
 * have gone from the configuration (NULL) since it logged in. */
bool policy_may_enter(const struct account *a, const struct lab *lab);

/* "the labs of alice: c-intro, web101", cut to size, for a refusal. */
void policy_list_labs(const struct config *c, const struct account *a,
    const char *account, char *text, size_t size);

#endif
