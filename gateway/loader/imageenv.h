/*
 * imageenv.h - the variables that an image's programs expect.	Process: loader.
 *
 * Images of Docker and OCI say in their configuration with which environment
 * they are run, such as a PATH with the compiler in it; atoll-image import keeps
 * it in the manifest, without what a login sets.
 */
#ifndef ATOLL_LOADER_IMAGEENV_H
#define ATOLL_LOADER_IMAGEENV_H

#include <libconfig.h>

#include "gateway/config/config.h"

/* The lab's environment, where it has none of its own: that of the manifest.
 * -1: it is more than a sandbox can be told; *count and *bytes say how much. */
int imageenv_take(struct arena *a, struct lab *lab, const config_t *manifest,
    size_t *count, size_t *bytes);

#endif
