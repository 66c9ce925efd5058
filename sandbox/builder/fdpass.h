/*
 * fdpass.h - descriptors from the builder to the child it has cloned.
 *
 * The mounts are made after the clone, since their ids are the child's user
 * namespace's, so the child cannot inherit them.
 */
#ifndef ATOLL_BUILDER_FDPASS_H
#define ATOLL_BUILDER_FDPASS_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"
#include "sandbox/builder/fs/rootfs.h"

/* Two connected sockets, close-on-exec. */
int fdpass_pair(int ends[2], struct err *e);

/* Builder: pass the parts, which stay the caller's. */
int fdpass_send(int sock, const struct rootfs_parts *parts, struct err *e);

/* Child: wait for the parts: all of them, or -1 and none. */
int fdpass_receive(int sock, struct rootfs_parts *parts, struct err *e);

/* Builder: the lab that a child which was made ahead is to be of; child: wait for
 * that. */
int fdpass_say_lab(int sock, const char *lab, struct err *e);
int fdpass_wait_lab(int sock, char lab[NAME_SIZE], struct err *e);

/* What a child reports before it ends. */
enum fdpass_word {
	HANDOVER_NOTHING = 0,
	HANDOVER_FAILURE = 'f', /* why it cannot go on */
	HANDOVER_NOTE = 'n',	/* it did its work; this is worth knowing */
};

/* Child: hand over the listener of its filter, which stays the caller's. */
int fdpass_send_listener(int sock, int listener, struct err *e);

/* Builder: take it; -1: the next word is another one, and stays, or there is none
 * yet. */
int fdpass_take_listener(int sock);

/* The same with the network namespace of a sandbox that is to get a network. */
int fdpass_send_netns(int sock, int netns, struct err *e);
int fdpass_take_netns(int sock);

/* Builder: it has its interface; child: wait for that. */
void fdpass_say_network(int sock);
int fdpass_wait_network(int sock, struct err *e);

void fdpass_fail(int sock, const struct err *e);
void fdpass_note(int sock, const char *text);

/* Builder: the report of a dead child, and its text; "" for none.  Does not
 * block. */
enum fdpass_word fdpass_heard(int sock, char text[ERR_TEXT_SIZE]);

#endif
