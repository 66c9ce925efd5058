/* words.c - the words of a command line, as a shell reads them. */
#include "gateway/staff/words.h"

#include <stdbool.h>
#include <string.h>

/* One word from *from on, moved together at its own place; *from is behind it. */
static int
take_word(char **from, struct err *e)
{
	char *to = *from, quote = '\0';

	for (; **from != '\0'; (*from)++) {
		char c = **from;

		if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
			(*from)++;
			break;
		}
		if (c == quote) {
			quote = '\0';
		} else if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
		} else {
			if (c == '\\' && quote != '\'' && (*from)[1] != '\0')
				c = *++*from;
			*to++ = c;
		}
	}
	if (quote != '\0')
		return err_set(e, 0, "a %c is not closed by another one",
		    quote);
	*to = '\0';
	return 0;
}

int
words_split(char *line, char **words, size_t max, struct err *e)
{
	size_t count = 0;

	for (;;) {
		line += strspn(line, " \t\n");
		if (*line == '\0')
			break;
		if (count == max)
			return err_set(e, 0, "more than %zu words", max);
		words[count++] = line;
		if (take_word(&line, e) == -1)
			return -1;
	}
	words[count] = NULL;
	return (int)count;
}
