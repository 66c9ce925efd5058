/*
 * secret_word.h - what a check may name as a secret of a seat, such as a flag.
 *
 * Pure.
 */
#ifndef ATOLL_BASE_SECRET_WORD_H
#define ATOLL_BASE_SECRET_WORD_H

#include <stdbool.h>
#include <stddef.h>

/* A shorter one is found by chance, in what others hand in. */
#define SECRET_WORD_LEAST 8
#define SECRET_WORD_MOST  128 /* bytes */
#define SECRET_WORDS_MAX  32  /* of one check and kind; below STRINGS_MAX */

/* So many bytes as one: neither blanks nor control characters are in it. */
bool is_secret_word(const char *word, size_t length);

#endif
