/*
 * modes.h - the modes of a terminal, as a client asks for them.
 */
#ifndef ATOLL_SESSION_TERMINAL_MODES_H
#define ATOLL_SESSION_TERMINAL_MODES_H

#include <stdint.h>

#include "gateway/base/ssh_bytes.h"
#include "gateway/wire/msg.h"

/* Where a mode stands in struct termios. */
enum modes_word { MODES_INPUT, MODES_OUTPUT, MODES_CONTROL, MODES_LOCAL };
#define MODES_WORDS 4

/* Flags that the client named, and which of them are set; the others stay as
 * they are.  A control character is its index << 8 | its value. */
struct modes {
	uint32_t known[MODES_WORDS];
	uint32_t set[MODES_WORDS];
	struct ids characters;
};

/* Read the encoded modes of a pty request.  What is malformed ends the list,
 * what is unknown is passed over, as in sshd. */
void modes_read(struct wire encoded, struct modes *m);

#endif
