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
	MUST(s->step_count <= STEP_SCORES_MAX);
	for (size_t i = 0; i < s->step_count; i++) {
		char text[STEP_TEXT_SIZE];
		struct step_score back;

		step_write(text, &s->steps[i]);
		MUST(step_read(&back, text));
		for (size_t k = 0; k < i; k++)
			MUST(strcmp(s->steps[k].name, s->steps[i].name) != 0);
	}
	MUST(s->words.secrets.count <= SECRET_WORDS_MAX);
	MUST(s->words.foreign.count <= SECRET_WORDS_MAX);
	for (size_t i = 0; i < s->words.foreign.count; i++) {
		const char *word = s->words.foreign.at[i];

		MUST(is_secret_word(word, strlen(word)));
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s->text[i];

		MUST((c >= ' ' && c != 0x7f) || c == '\n' || c == '\t');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct score *s = malloc(sizeof(*s));
	struct lab_request request;
	char *text;

	MUST(s != NULL);
	if (lab_socket_read_request(data, size, &request))
		MUST(request.command < LAB_COMMANDS &&
		     (size == sizeof(request) ||
			 (size > sizeof(request) && data[size - 1] == 0) ||
			 (size == LAB_REQUEST_LEAST && request.number == 0)));
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
