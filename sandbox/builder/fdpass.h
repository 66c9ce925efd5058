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

/* Child: wait for the parts: all of them, or -1 and none. */
int handover_receive(int sock, struct rootfs_parts *parts, struct err *e);

/* What a child says of its work before it ends. */
enum handover_word {
	HANDOVER_NOTHING = 0,
	HANDOVER_FAILURE = 'f', /* why it cannot go on */
	HANDOVER_NOTE = 'n',	/* it did its work; this is worth knowing */
};

void handover_fail(int sock, const struct err *e);
void handover_note(int sock, const char *text);

/* Builder: the word of a dead child, and its text; "" for nothing.  Does not
 * block. */
enum handover_word handover_heard(int sock, char text[ERR_TEXT_SIZE]);

#endif
