/*
 * lab_protocol.h - what the student's lab program and init say to one another.
 *
 * Init listens at an abstract name of the sandbox's network namespace, before
 * anybody else is inside: no file to remove or to replace.  A client sends one
 * request and reads pieces of text until the last, which has its exit status.
 * SOCK_SEQPACKET keeps their boundaries.
 */
#ifndef ATOLL_WIRE_LAB_PROTOCOL_H
#define ATOLL_WIRE_LAB_PROTOCOL_H

#include <stdint.h>

#define LAB_SOCKET_NAME	 "atoll-lab" /* after a NUL */
#define LAB_PROGRAM_FILE "atoll-lab" /* in libexec_dir */
#define LAB_TARGET	 "/usr/local/bin/lab"
#define LAB_VERSION	 1

/* The values are on the wire, to init and to the monitor. */
enum lab_command {
	LAB_COMMAND_HELP,
	LAB_COMMAND_TIME,
	LAB_COMMAND_RESET,
	LAB_COMMAND_CHECK,
	WISHES
};

/* Exit statuses of lab(1). */
enum lab_status { LAB_DONE = 0, LAB_FAILED = 1, LAB_USAGE = 2 };

struct lab_request {
	uint32_t version;
	uint32_t command; /* enum lab_command */
};

#define LAB_TEXT_MAX 1024

struct lab_piece {
	uint32_t is_last;
	uint32_t status;
	char text[LAB_TEXT_MAX]; /* as long as the rest of the message */
};

#define LAB_PIECE_HEAD (sizeof(struct lab_piece) - LAB_TEXT_MAX)

#endif
