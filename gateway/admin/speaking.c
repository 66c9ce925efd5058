/* speaking.c - what staff say to students, and who asks for help. */
#include "gateway/admin/queries.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/admin/argument.h"
#include "gateway/admin/hands_print.h"
#include "gateway/base/utf8.h"

#define EVERYBODY "all"

static int
read_whom(const char *word, struct msg_admin_say *to, struct err *e)
{
	char safe[TEXT_SIZE];

	if (strcmp(word, EVERYBODY) == 0)
		return 0;
	if (is_name(word)) {
		text_copy(to->lab, NAME_SIZE, word);
		return 0;
	}
	if (name_split_login(word, to->account, to->lab) && to->lab[0] != '\0')
		return 0;
	utf8_printable(safe, sizeof(safe), word);
	return err_set(e, 0,
	    "\"%.80s\" is neither all nor a lab nor a seat: write account+lab,"
	    " as 'atoll ls' shows them, or the lab's name",
	    safe);
}

static int
too_long(struct err *e)
{
	return err_set(e, 0,
	    "the text is too long: %d bytes at most, of which a control"
	    " character takes four",
	    SAY_BYTES);
}

/* Words as ssh(1) sends them: with a blank between two. */
static int
join_words(char *const *words, int count, char to[TEXT_SIZE], struct err *e)
{
	size_t at = 0;

	for (int i = 0; i < count; i++) {
		size_t n = strlen(words[i]);

		if (at + n + 2 > TEXT_SIZE)
			return too_long(e);
		if (i > 0)
			to[at++] = ' ';
		memcpy(to + at, words[i], n);
		at += n;
	}
	to[at] = '\0';
	return 0;
}

/* Its lines make one text. */
static int
read_stdin(char to[TEXT_SIZE], struct err *e)
{
	size_t at = 0;
	ssize_t n = 1;

	while (n > 0 && at < TEXT_SIZE) {
		n = read(STDIN_FILENO, to + at, TEXT_SIZE - at);
		if (n == -1)
			return err_set(e, errno, "stdin");
		at += (size_t)n;
	}
	if (at >= TEXT_SIZE)
		return too_long(e);
	while (at > 0 && to[at - 1] == '\n')
		at--;
	to[at] = '\0';
	if (strlen(to) != at)
		return err_set(e, 0, "stdin: there is a NUL in the text");
	for (char *c = to; *c != '\0'; c++) {
		if (*c == '\n')
			*c = ' ';
	}
	return 0;
}

enum status
speaking_say(const struct invocation *in, struct err *e)
{
	struct msg m;
	bool is_stdin = in->count == 2 && strcmp(in->words[1], "-") == 0;

	MSG_NEW(&m, ADMIN_SAY, admin_say);
	if (read_whom(in->words[0], &m.admin_say, e) == -1)
		return USAGE;
	if ((is_stdin ? read_stdin(m.admin_say.text, e)
		      : join_words(in->words + 1, in->count - 1,
			    m.admin_say.text, e)) == -1)
		return USAGE;
	return query_send(in, &m, e);
}

const struct query say_query = { NULL, query_show_lines,
	query_show_outcome_json, NULL };

/* --- hands ------------------------------------------------------------------ */

enum status
speaking_hands(const struct invocation *in, struct err *e)
{
	struct msg m;

	if (in->done != NULL && in->count > 0) {
		err_set(e, 0, "give LAB or --done SEAT, not both");
		return USAGE;
	}
	if (in->done != NULL) {
		MSG_NEW(&m, ADMIN_HAND_DONE, admin_hand_done);
		if (argument_seat(in->done, m.admin_hand_done.account,
			m.admin_hand_done.lab, e) == -1)
			return USAGE;
		return query_send(in, &m, e);
	}
	MSG_NEW(&m, ADMIN_HANDS, admin_hands);
	if (in->count > 0) {
		if (argument_lab(in->words[0], e) == -1)
			return USAGE;
		text_copy(m.admin_hands.lab, NAME_SIZE, in->words[0]);
	}
	return query_send(in, &m, e);
}

/* What --done is answered with is a line and no rows. */
static void
show_hands(FILE *out, struct answer *a)
{
	query_show_lines(out, a);
	print_hands(out, a->hands, a->hand_count);
}

static void
show_hands_json(FILE *out, struct answer *a)
{
	if (a->end.text[0] != '\0') {
		query_show_outcome_json(out, a);
		return;
	}
	json_hands(out, a->hands, a->hand_count);
}

static void
show_hands_csv(FILE *out, struct answer *a)
{
	csv_hands(out, a->hands, a->hand_count);
}

const struct query hands_query = { NULL, show_hands, show_hands_json,
	show_hands_csv };
