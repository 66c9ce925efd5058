/*
 * score.c - what a check printed; and the same bytes as a request of lab.
 *
 * Input: 1 for a text that was cut, then the text.
 */
#include "sandbox/init/score.h"

#include <string.h>

#include "sandbox/init/lab_socket.h"
#include "sandbox/init/program.h"
#include "tests/fuzz/fuzz.h"

static void
check_score(const struct score *s)
{
	size_t n = strlen(s->text);

	MUST(n > 0 && n < sizeof(s->text) && s->text[n - 1] == '\n');
	MUST(s->most > 0 && s->points <= s->most);
	MUST(s->most <= 100 * SCORE_POINTS_MAX);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s->text[i];

		MUST((c >= ' ' && c != 0x7f) || c == '\n' || c == '\t');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct score *s = malloc(sizeof(*s));
	enum lab_command wish = WISHES;
	char *text;

	MUST(s != NULL);
	if (lab_socket_read_request(data, size, &wish))
		MUST(wish < WISHES && size == sizeof(struct lab_request));
	else
		MUST(wish == WISHES);
	if (size > 0) {
		size_t n = size - 1;

		n = n < PROGRAM_OUTPUT_MAX ? n : PROGRAM_OUTPUT_MAX;
		text = fuzz_text(data + 1, n);
		score_read(text, data[0] == 1, size % 2 == 0, s);
		check_score(s);
		free(text);
	}
	free(s);
	return 0;
}
