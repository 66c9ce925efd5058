/*
 * markdown.c - texts of steps, parsed by libcmark and laid out for a terminal.
 *
 * Input: the columns, 1 for colours, then the text.
 */
#include "sandbox/lab/markdown.h"

#include <string.h>

#include "sandbox/lab/wrap.h"
#include "tests/fuzz/fuzz.h"

/* The sequences of the styles, and no other. */
static size_t
sequence_length(const char *at)
{
	static const char *const all[] = { "\033[0m", "\033[1m", "\033[4m",
		"\033[36m" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strncmp(at, all[i], strlen(all[i])) == 0)
			return strlen(all[i]);
	}
	return 0;
}

static void
check_page(const char *page, size_t n, bool has_colours)
{
	MUST(n == 0 || page[n - 1] == '\n');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)page[i];

		if (has_colours && c == 033) {
			size_t skip = sequence_length(page + i);

			MUST(skip > 0);
			i += skip - 1;
			continue;
		}
		MUST((c >= ' ' && c != 0x7f) || c == '\n' || c == '\t');
		/* U+0080 to U+009F are controls, too. */
		MUST(c != 0xc2 || i + 1 == n ||
		     (unsigned char)page[i + 1] >= 0xa0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *page = NULL, *text;
	bool has_colours;
	size_t n = 0;
	FILE *to;

	if (size < 2)
		return 0;
	has_colours = data[1] == 1;
	text = fuzz_text(data + 2, size - 2);
	to = open_memstream(&page, &n);
	MUST(to != NULL);
	markdown_show(to, text, size - 2, data[0], has_colours);
	fclose(to);
	check_page(page, n, has_colours);
	free(page);
	free(text);
	return 0;
}
