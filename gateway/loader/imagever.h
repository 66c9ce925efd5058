/*
 * imagever.h - one version of an image, opened once.	Process: loader.
 *
 * An image is image_dir/NAME/rootfs.  It is replaced by exchanging directories
 * (images/lib/store.py), and whoever holds a shared lock on the rootfs of a
 * version uses it.
 */
#ifndef ATOLL_LOADER_IMAGEVER_H
#define ATOLL_LOADER_IMAGEVER_H

#include "gateway/base/err.h"

/* Open NAME below image_dir and its rootfs, which is locked then.  No part of
 * the way is a link, each is root's, and nobody else can write it: else who
 * could would choose what of the host a sandbox shows. */
int imagever_open(const char *image_dir, const char *name, int *folder,
    int *rootfs, struct err *e);

#endif
