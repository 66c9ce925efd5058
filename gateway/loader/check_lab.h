/*
 * check_lab.h - what a table of types and ranges cannot say of a lab's inside:
 * its limits, its files and its places.		Process: loader.
 */
#ifndef ATOLL_LOADER_CHECK_LAB_H
#define ATOLL_LOADER_CHECK_LAB_H

#include <libconfig.h>

#include "gateway/config/config.h"

void check_mounts(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

/* Does this host have as much? */
void check_size(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out);

/* The lab's steps, which are kept as they are now. */
void check_steps(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

void check_hours(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

/* Also decides what was left to be decided by another option. */
void check_inside(const struct config *c, struct lab *lab,
    config_setting_t *group, struct diagnostics *out);

/* check_recorder.c: can its terminals be recorded? */
void check_record(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out);
/* check_close.c: can its work be collected? */
void check_close(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out);
/* check_publish.c: is what it publishes well named, and can it be seen? */
void check_publish(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out);
void check_respond(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

#endif
