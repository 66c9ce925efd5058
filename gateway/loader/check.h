/*
 * check.h - what a table of types and ranges cannot say of a configuration.
 *							Process: loader.
 *
 * Reads the host keys' modes and the images, so it needs root.
 */
#ifndef ATOLL_LOADER_CHECK_H
#define ATOLL_LOADER_CHECK_H

#include <libconfig.h>

#include "gateway/config/config.h"

/* Listen addresses, host keys, accounts; group is where they were read. */
void check_site(const struct config *c, config_setting_t *group,
    struct diagnostics *out);

/* keys_command and its user, when it is set. */
void check_recordings(const struct config *c, config_setting_t *group,
    struct diagnostics *out);
void check_web(const struct config *c, config_setting_t *group,
    struct diagnostics *out);
void check_publishing(const struct config *c, config_setting_t *group,
    struct diagnostics *out);
/* Is the address that option has one of the loopback (check_web.c)? */
void check_loopback(const struct config *c, const char *option,
    const char *address, int line, struct diagnostics *out);
void check_site_respond(const struct config *c, config_setting_t *group,
    struct diagnostics *out);
void check_keys_command(const struct config *c, config_setting_t *group,
    struct diagnostics *out);

/* The lab's own programs, when it has some, which are kept as they are now; its
 * image is known. */
void check_programs(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

/* One lab and its image; fills in what the image says. */
void check_lab(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

/* What home asks for, after image_check() has found it. */
void check_home(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out);
void check_shared_homes(const struct config *c, struct diagnostics *out);

/* Host keys of today, of which there is one of a kind, and of later; and the user
 * who has them. */
void check_host_keys(const struct config *c, config_setting_t *group,
    struct diagnostics *out);

#endif
