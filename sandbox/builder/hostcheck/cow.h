/*
 * cow.h - does the file system of state_dir keep room that was reserved?
 *
 * A home or a layer on disk is a file whose blocks are reserved by fallocate(2).
 * Where each write goes to new blocks, that promises nothing: a disk that is
 * full damages homes all the same.
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_COW_H
#define ATOLL_BUILDER_HOSTCHECK_COW_H

#include "sandbox/builder/hostcheck/host_rows.h"

/* The name of such a file system by the f_type of statfs(2), else NULL. */
const char *cow_name(unsigned long type);

/* A warning where state_dir is on one. */
void cow_find(const char *state_dir, struct host_rows *f);

#endif
