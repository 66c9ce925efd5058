/*
 * etc.h - what a lab adds to files of /etc in its sandboxes.
 *						Process: monitor, loader.
 */
#ifndef ATOLL_LOADER_ETC_H
#define ATOLL_LOADER_ETC_H

#include "gateway/config/config.h"

/* Report invalid addresses and names, and lists that are too long. */
void check_etc(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

/* The lines, of what was checked. */
void hosts_text(const struct lab *lab, char to[LINE_SIZE]);
void resolv_conf_text(const struct lab *lab, char to[LINE_SIZE]);

#endif
