/*
 * machines.h - a lab whose seats have several machines.
 *
 * Each machine is a lab of its own to all that looks into images and makes plans:
 * the first is the lab, with what its machine says instead; each other is a copy of
 * that without what has a meaning only where a student enters.
 */
#ifndef ATOLL_LOADER_MACHINES_H
#define ATOLL_LOADER_MACHINES_H

#include <libconfig.h>
#include <stdint.h>

#include "gateway/config/config.h"

/* Before anything else of the lab is looked at: lab->machine, of the first what it
 * says, and the networks of all; a lab without machines is let through. */
void machines_enter(struct lab *lab, config_setting_t *group,
    struct diagnostics *out);

/* After all else of the lab was looked at: lab->others, to be checked. */
void machines_copy(struct config *c, struct lab *lab);

#endif
