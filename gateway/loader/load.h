/*
 * load.h - read atoll.conf and the lab files.		Process: loader.
 *
 * Blocks, and reads what only root may: host keys, images, files of labs.
 */
#ifndef ATOLL_LOADER_LOAD_H
#define ATOLL_LOADER_LOAD_H

#include "gateway/config/config.h"

/* Read FILE and every lab; NULL when anything is wrong, all of which is in
 * the diagnostics then.  config_free() it. */
struct config *config_load(const char *file, struct diagnostics *out);

/* The same, with everything open that the builder is to be given. */
struct config *config_load_open(const char *file, struct diagnostics *out);

#endif
