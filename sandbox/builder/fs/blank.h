/*
 * blank.h - an empty ext4, made once for a lab and copied for each sandbox.
 */
#ifndef ATOLL_BUILDER_FS_BLANK_H
#define ATOLL_BUILDER_FS_BLANK_H

#include <stdint.h>

#include "gateway/base/err.h"

/* BLANK_LAYER is for a sandbox, with which it goes; BLANK_HOME is to be kept: it
 * has a journal, and can grow. */
enum blank_kind { BLANK_LAYER, BLANK_HOME };

/*
 * A file in memory that holds an ext4 with room for at least so many bytes and
 * so many files.  All but some 50 KB of it are holes.  Runs mke2fs(8) and waits
 * for it: at load only.
 */
int blank_make(enum blank_kind kind, uint64_t bytes, uint64_t files, int *fd,
    struct err *e);

/* Copy what is not a hole to an empty file. */
int blank_copy(int blank, int file, struct err *e);

/* How large must a file system be to have room for bytes and files? */
uint64_t blank_size(uint64_t bytes, uint64_t files);

/* The room in an unused ext4, from its superblock. */
uint64_t blank_room(const uint8_t superblock[1024]);

#endif
