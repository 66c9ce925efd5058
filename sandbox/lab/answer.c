/*
 * answer.c - what init answered, on the student's terminal.
 *
 * The texts are the lab's, and may quote files of the student: none of their
 * control characters reaches the terminal.
 */
#include "sandbox/lab/answer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sandbox/lab/markdown.h"
#include "sandbox/lab/wrap.h"

#define MARKDOWN_MAX (64 << 10) /* twice what a text of a step may have */
#define COLUMNS	     80

static struct {
	char text[MARKDOWN_MAX];
	size_t used;
} markdown;

/* A dumb terminal, a file, and whoever wants none (https://no-color.org). */
static bool
has_colours(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term != NULL && term[0] != '\0' &&
	       strcmp(term, "dumb") != 0 && (no == NULL || no[0] == '\0');
}

static unsigned
columns(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		return COLUMNS;
	return size.ws_col;
}

static void
show_plain(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		int is_plain =
		    (c >= ' ' && c != 0x7f) || c == '\n' || c == '\t';

		putchar(is_plain ? c : '?');
	}
}

static void
show_heading(const char *text, size_t size)
{
	static struct wrap w;
	char line[LAB_TEXT_MAX + 1];

	memcpy(line, text, size);
	line[size] = '\0';
	wrap_init(&w, stdout, columns(), has_colours());
	wrap_text(&w, line, STYLE_BOLD, false);
	wrap_end_line(&w);
	if (!w.has_colours)
		wrap_rule(&w, '=', w.widest);
	wrap_blank_line(&w);
}

/* What follows stands below a blank line. */
static void
show_markdown(void)
{
	if (markdown.used == 0)
		return;
	markdown_show(stdout, markdown.text, markdown.used, columns(),
	    has_colours());
	putchar('\n');
	markdown.used = 0;
}

void
answer_show(const struct lab_piece *piece, size_t size)
{
	enum lab_kind kind = (enum lab_kind)(piece->is_last / LAB_KIND_FACTOR);

	if (kind == LAB_KIND_MARKDOWN) {
		if (markdown.used + size <= MARKDOWN_MAX) {
			memcpy(markdown.text + markdown.used, piece->text,
			    size);
			markdown.used += size;
		}
		return;
	}
	show_markdown();
	if (kind == LAB_KIND_HEADING)
		show_heading(piece->text, size);
	else
		show_plain(piece->text, size);
	fflush(stdout);
}

void
answer_end(void)
{
	show_markdown();
	fflush(stdout);
}
