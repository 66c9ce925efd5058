/*
 * words.h - the secrets that a check names, and what it was given instead.
 *
 * A line "secret WORD..." has words that are this seat's, such as its flags; a
 * line "foreign WORD..." those that the student handed in and that are not.  The
 * gateway compares them with other seats'.  No student is shown either line.
 */
#ifndef ATOLL_INIT_WORDS_H
#define ATOLL_INIT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/secret_word.h"
#include "gateway/wire/msg.h"

struct word_list {
	size_t count;
	char at[SECRET_WORDS_MAX][SECRET_WORD_MOST + 1];
};

struct words {
	struct word_list secrets, foreign;
	uint32_t left_out; /* that are no secret word, or too many */
};

/* Is it one of those lines? */
bool words_is_line(const char *line, size_t length);

/* Take its words; false when it is none. */
bool words_take(struct words *w, const char *line, size_t length);

/* As a message has them. */
void words_tell(const struct words *w, struct msg_checked *m,
    char room[2][sizeof(struct word_list)]);

#endif
