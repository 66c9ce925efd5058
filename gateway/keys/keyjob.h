/*
 * keyjob.h - one run of keys_command.			Process: key helper.
 *
 * No shell is involved, and what reaches the command is checked: an account's
 * name, a key's type and its base64.  It has an empty standard input, its
 * errors go nowhere, and it may say KEYS_SIZE bytes in its time.
 */
#ifndef ATOLL_KEYS_KEYJOB_H
#define ATOLL_KEYS_KEYJOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/wire/msg.h"

#define KEYS_SIZE (64 << 10)

struct keyjob {
	pid_t pid; /* 0: this place is free */
	int out;   /* what it says; -1 after its end */
	int pidfd;
	uint32_t serial;
	int64_t deadline_ms;
	char key[LINE_SIZE];
	size_t used; /* KEYS_SIZE + 1: it said too much */
	char text[KEYS_SIZE + 1];
};

/* Run the command (NULL at its end) about an account and its key. */
int keyjob_start(struct keyjob *j, char *const *command, const char *account,
    const char *key, struct err *e);

/* Read what it has said; false when it said too much. */
bool keyjob_read(struct keyjob *j);

/* It ended, or is ended now: did it name the key?  reason is filled with what
 * went wrong, and empty otherwise.  The place is free afterwards. */
bool keyjob_finish(struct keyjob *j, bool is_late, char reason[TEXT_SIZE]);

/* Is the key on one of the lines?  *ignored counts those that are no key of a
 * type that may log in, or have options before it. */
bool keys_have(char *lines, const char *key, unsigned *ignored);

/* A part of the command with its placeholders filled in: %u the account, %t
 * the key's type, %k its base64, %% a percent sign.  NULL without memory; free
 * it. */
char *keys_expand(const char *part, const char *account, const char *key);

#endif
