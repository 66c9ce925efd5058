/* secret_word.c - what a check may name as a secret of a seat. */
#include "gateway/base/secret_word.h"

bool
is_secret_word(const char *word, size_t length)
{
	if (length < SECRET_WORD_LEAST || length > SECRET_WORD_MOST)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)word[i];

		if (c <= ' ' || c == 0x7f)
			return false;
	}
	return true;
}
