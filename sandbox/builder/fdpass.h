/*
 * fdpass.h - descriptors from the builder to the child it has cloned.
 *
 * The mounts are made after the clone, since their ids are the child's user
 * namespace's, so the child cannot inherit them.
 */
#ifndef ATOLL_BUILDER_FDPASS_H
#define ATOLL_BUILDER_FDPASS_H

#include "gateway/base/err.h"
#include "sandbox/builder/fs/rootfs.h"

/* Two connected sockets, close-on-exec. */
int handover_pair(int ends[2], struct err *e);

/* Builder: pass the parts, which stay the caller's. */
int handover_send(int sock, const struct rootfs_parts *parts, struct err *e);

/* Child: wait for the parts. */
int handover_receive(int sock, struct rootfs_parts *parts, struct err *e);

/* Child: say why it cannot go on. */
void handover_fail(int sock, const struct err *e);

/* Builder: what a dead child had said, if anything. */
bool handover_reason(int sock, char *text, size_t size);

#endif
