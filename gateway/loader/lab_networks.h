/*
 * lab_networks.h - the networks of a lab's machines, and who is where on them.
 */
#ifndef ATOLL_LOADER_LAB_NETWORKS_H
#define ATOLL_LOADER_LAB_NETWORKS_H

#include <libconfig.h>

#include "gateway/config/settings.h"
#include "gateway/config/diagnostic.h"

/* Derive the links and routes of all machines; or report why there are none. */
void lab_networks_enter(struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

#endif
