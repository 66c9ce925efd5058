/*
 * container.h - what the container has in which all of this runs, if it is one.
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_CONTAINER_H
#define ATOLL_BUILDER_HOSTCHECK_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/builder/hostcheck/demand.h"
#include "sandbox/builder/hostcheck/host_rows.h"

/* The processes of one sandbox in which somebody has a shell, and so before any
 * that are the student's own: its session, its init, and that shell. */
#define TASKS_EACH 3

/* Bytes, if they are limited there; a container's file may say "max", or with
 * control groups v1 some huge number. */
bool container_memory(uint64_t *bytes);

/* A row for its processes, if they are limited; nothing where they are not. */
void container_check(const struct demand *d, struct host_rows *f);

/* The rows for a limit of so many. */
void container_rows(struct host_rows *f, const struct demand *d, uint64_t max);

#endif
