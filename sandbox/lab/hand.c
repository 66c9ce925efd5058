/* hand.c - lab hand: ask for help. */
#include <stdio.h>
#include <string.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"

#define TEXT_MAX (HAND_SIZE - 1)

static int
raise_hand(int count, char **words)
{
	char text[TEXT_MAX + 1];
	struct question q = { .command = LAB_COMMAND_HAND,
		.number = HAND_RAISE,
		.words = { text },
		.passed = -1 };
	size_t at = 0;

	for (int i = 0; i < count; i++) {
		size_t n = strlen(words[i]);

		if (at + n + 1 > TEXT_MAX) {
			fprintf(stderr,
			    "lab: that is too long: %d bytes at most\n",
			    TEXT_MAX);
			return LAB_USAGE;
		}
		if (i > 0)
			text[at++] = ' ';
		memcpy(text + at, words[i], n);
		at += n;
	}
	text[at] = '\0';
	if (text[strspn(text, " ")] == '\0') {
		fputs("lab: say what you need: lab hand \"cannot mount\"\n",
		    stderr);
		return LAB_USAGE;
	}
	return ask_question(&q);
}

int
run_hand(int count, char **words)
{
	if (count == 0)
		return ask(LAB_COMMAND_HAND, HAND_ASK);
	if (strcmp(words[0], "--down") == 0 && count == 1)
		return ask(LAB_COMMAND_HAND, HAND_LOWER);
	if (words[0][0] == '-' && words[0][1] == '-' && words[0][2] != '\0') {
		fprintf(stderr, "lab: hand has no option %.40s, but --down\n",
		    words[0]);
		return LAB_USAGE;
	}
	return raise_hand(count, words);
}
