/*
 * image.h - what a lab needs to know of its image.	Process: loader.
 *
 * An image is image_dir/NAME/rootfs and image_dir/NAME/manifest.conf, see
 * images/README.md.  Its files are the instructor's: read without following
 * links out of the image, and at most a megabyte of each.
 */
#ifndef ATOLL_LOADER_IMAGE_H
#define ATOLL_LOADER_IMAGE_H

#include <libconfig.h>

#include "gateway/config/config.h"

/* Check image and manifest, and look up the lab's user: fills rootfs, uid,
 * gid, supplementary groups, home and shell, or reports. */
void image_check(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

/* Does its image have an executable file at that path? */
bool image_has_program(const struct lab *lab, const char *path);

#endif
