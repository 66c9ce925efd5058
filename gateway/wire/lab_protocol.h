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

#include <stddef.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

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
	LAB_COMMAND_TERMINALS,
	LAB_COMMAND_NEW,
	LAB_COMMAND_ATTACH,
	/* In a lab of steps; in another STEP is answered by LAB_USAGE. */
	LAB_COMMAND_STEP,
	LAB_COMMAND_NEXT,
	LAB_COMMAND_BACK,
	LAB_COMMAND_HINT,
	/* Of the own account, words are as SELF_* of messages.def has them: */
	LAB_COMMAND_SELF_MAY, /* number is enum self_service */
	LAB_COMMAND_PASSWD,
	LAB_COMMAND_KEYS,
	LAB_COMMAND_KEY_ADD,
	LAB_COMMAND_KEY_REMOVE,
	LAB_COMMAND_EXPORT, /* with the end of a pipe to write to */
	LAB_COMMAND_PING,
	LAB_COMMAND_HAND,  /* number is enum hand_wish; to raise it a word */
	LAB_COMMAND_STAGE, /* number is enum stage_wish */
	LAB_COMMAND_WHY,
	LAB_COMMAND_RECEIPTS,
	LAB_COMMAND_MACHINES,
	LAB_COMMAND_CONSOLE, /* of the machine that the first word names, for a
				terminal of the second's kind; number is rows,
				times 65536, and columns.  A third word is a
				command, which has no terminal.  With a socket,
				on which LAB_CONSOLE_BEGINS comes with the
				master of a terminal, or with our ends of the
				command's stdin, stdout and stderr; and in the
				end a byte: how it ended, as in $? of sh(1) */
	LAB_COMMAND_PUBLISH,
	LAB_COMMAND_BROWSER,
	LAB_COMMAND_LINK, /* of the lab's check; words are a machine and perhaps
			     one of its networks, number is 1 for on */
	LAB_COMMAND_CAPTURE, /* of the interface that the word names, or of the
				first; with the end of a stream socket, to which
				pcap is written until its other end is closed,
				or says by shutdown(2) that it is enough.  The
				answer is its end, and tells what was lost */
	LAB_COMMANDS
};

#define LAB_CONSOLE_BEGINS 'c'

/* Exit statuses of lab(1). */
enum lab_status { LAB_DONE = 0, LAB_FAILED = 1, LAB_USAGE = 2 };

struct lab_request {
	uint32_t version;
	uint32_t command; /* enum lab_command */
	uint32_t number;  /* of a terminal, for attach; 0: the one left last;
			     of a hint; 0: the next */
};

/* Behind a whole request words may follow, each with its NUL. */
#define LAB_WORDS_MAX (2 * SECRET_SIZE + LINE_SIZE)

/* A request may end before the number, which is 0 then: so it is from a program
 * that is older than init. */
#define LAB_REQUEST_LEAST offsetof(struct lab_request, number)

#define LAB_TEXT_MAX 1024

/* What a piece of an answer is; pieces of one kind that follow one another are
 * one text. */
enum lab_kind { LAB_KIND_PLAIN, LAB_KIND_HEADING, LAB_KIND_MARKDOWN };

struct lab_piece {
	uint32_t is_last; /* 1; and enum lab_kind, times LAB_KIND_FACTOR */
	uint32_t status;
	char text[LAB_TEXT_MAX]; /* as long as the rest of the message */
};

#define LAB_KIND_FACTOR 2

#define LAB_PIECE_HEAD (sizeof(struct lab_piece) - LAB_TEXT_MAX)

#endif
