/*
 * check_network.h - may a lab have that network, and can this host give it?
 *							Process: loader.
 */
#ifndef ATOLL_LOADER_CHECK_NETWORK_H
#define ATOLL_LOADER_CHECK_NETWORK_H

#include <libconfig.h>

#include "gateway/config/config.h"

void check_site_network(const struct config *c, config_setting_t *group,
    struct diagnostics *out);
void check_network(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out);

/* network_range, which was checked: its first address, and how many bits all have in
 * common. */
void network_range_plan(const struct config *c, struct msg_site_plan *to);

/* Does it allow names? */
bool egress_has_names(const struct lab *lab);

/* What the lab may reach, for its plan, whose egress_names has room; it was checked. */
void egress_plan(const struct lab *lab, struct msg_lab_plan *to);

#endif
