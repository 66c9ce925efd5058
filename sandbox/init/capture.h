/*
 * capture.h - what passes an interface of the sandbox, for the student to read.
 *
 * Students have no packet sockets: the memory of their rings and memberships is nobody's,
 * and who has one sends frames in anybody's name.  In a lab with `capture` init has one,
 * see packet_socket.h, and the lab program asks it for what comes there: a process with
 * nothing else, capture_process.h, writes that to a stream which came with the request.
 * There is one at a time.
 */
#ifndef ATOLL_INIT_CAPTURE_H
#define ATOLL_INIT_CAPTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "sandbox/init/lab_socket.h"

struct capture {
	int socket;	 /* -1: this lab has none */
	pid_t pid;	 /* 0: none runs */
	uint32_t serial; /* of the request that it is for */
};

/* Take the packet socket that the builder has left, if it has. */
void capture_init(struct capture *p);

/* React to what the student asks: of the interface that the word names, or of the
 * first.  The answer comes at its end. */
void capture_asked(struct capture *p, struct lab_client *c);

/* Whoever asked is gone. */
void capture_gone(const struct capture *p, uint32_t serial);

/* A process was reaped.  True when it was the capture's: who asked is told what was
 * lost. */
bool capture_reaped(struct capture *p, struct lab_socket *lab, pid_t pid,
    int status);

#endif
