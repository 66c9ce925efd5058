/*
 * wrap.h - words with a style, laid out in lines of a terminal.
 *
 * What is shown is never obeyed: a control character is written as \x1b, and
 * the only escape sequences are those of the styles.  Pure but for the stream.
 */
#ifndef ATOLL_LAB_WRAP_H
#define ATOLL_LAB_WRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define WRAP_COLUMNS_MIN 20
#define WRAP_COLUMNS_MAX 80 /* longer lines are hard to read */
#define WRAP_DEPTH	 12 /* what is deeper stands no further in */
#define WRAP_WORD_SIZE	 4096

/* Bits; without colours none of them shows. */
enum style {
	STYLE_PLAIN = 0,
	STYLE_BOLD = 1,
	STYLE_UNDERLINE = 2,
	STYLE_CODE = 4,
	STYLES = 8
};

struct wrap {
	FILE *to;
	bool has_colours;
	unsigned columns;
	/* What begins each line. */
	struct {
		const char *first, *others; /* static texts, or number */
		char number[16];
		unsigned width;
		bool is_begun;
	} margin[WRAP_DEPTH];
	unsigned depth; /* may be more than WRAP_DEPTH */
	/* The line so far. */
	unsigned column, widest;
	bool is_begun;
	unsigned shown; /* the style that the terminal is in */
	/* The word that is not yet there: characters, and each one's style. */
	char word[WRAP_WORD_SIZE];
	unsigned char style[WRAP_WORD_SIZE];
	size_t used;
	unsigned word_columns;
	bool has_space; /* before it */
	bool was_wide;	/* its last character: a line may end after it */
};

/* columns: of the terminal. */
void wrap_init(struct wrap *w, FILE *to, unsigned columns, bool has_colours);

/* From here on each line begins with others, and the next with first.  Both are
 * as wide, and live as long as the program; or, NULL and a number, that one and
 * then blanks. */
void wrap_indent(struct wrap *w, const char *first, const char *others);
void wrap_indent_number(struct wrap *w, unsigned number, char delimiter);
void wrap_outdent(struct wrap *w);

/* As many columns as a line of words may have. */
unsigned wrap_room(const struct wrap *w);

/* A text; blanks and line ends in it divide words unless is_whole. */
void wrap_text(struct wrap *w, const char *text, unsigned style, bool is_whole);

/* The end of a line, if it has begun; and a blank one. */
void wrap_end_line(struct wrap *w);
void wrap_blank_line(struct wrap *w);

/* A line of one character repeated. */
void wrap_rule(struct wrap *w, char c, unsigned columns);

/* Lines as they are, at the left margin, so that what is copied is what was
 * meant: neither wrapped nor indented.  They end whatever line there is. */
void wrap_verbatim(struct wrap *w, const char *text, unsigned style);

/* The columns a text takes when it is shown by wrap_text(). */
unsigned wrap_width(const char *text);

#endif
