/*
 * fuzz.h - what every fuzz target has, and what it may assume.
 *
 * tests/fuzz/X.c feeds the X.c of gateway/ or sandbox/.  It is built twice: with
 * clang's libFuzzer by `make fuzz`, and with replay.c, which runs every file of
 * corpus/X/ through it as a test.
 */
#ifndef ATOLL_TESTS_FUZZ_H
#define ATOLL_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input is: a finding when it does not. */
#define MUST(truth)                                                            \
	do {                                                                   \
		if (!(truth)) {                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,       \
			    __LINE__, #truth);                                 \
			abort();                                               \
		}                                                              \
	} while (0)

/* The input as a text of its own, which ends where the input does, so that the
 * sanitizer sees one byte too many being read.  Free it. */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		abort();
	for (size_t i = 0; i < size; i++)
		text[i] = (char)data[i];
	text[size] = '\0';
	return text;
}

#endif
