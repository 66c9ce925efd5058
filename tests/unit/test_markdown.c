/* test_markdown.c - texts of steps as a terminal shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sandbox/lab/markdown.h"
#include "sandbox/lab/wrap.h"

static void
expect_bytes(const char *text, size_t size, unsigned columns, bool has_colours,
    const char *shown)
{
	char *got = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&got, &n);

	assert_non_null(to);
	markdown_show(to, text, size, columns, has_colours);
	fclose(to);
	assert_string_equal(got, shown);
	free(got);
}

static void
expect(const char *text, const char *shown)
{
	expect_bytes(text, strlen(text), 80, false, shown);
}

static void
expect_colours(const char *text, const char *shown)
{
	expect_bytes(text, strlen(text), 80, true, shown);
}

static void
expect_narrow(const char *text, const char *shown)
{
	expect_bytes(text, strlen(text), 20, false, shown);
}

static void
without_colours_the_marks_stay(void **state)
{
	(void)state;
	expect("# One\ntext\n\n## Two *x*\n",
	    "One\n===\n\ntext\n\nTwo *x*\n-------\n");
	expect("a **b c** *d* `e  f` ***g***\n",
	    "a **b c** *d* `e  f` ***g***\n");
	expect("[text](https://e.org) <https://e.org/x>\n",
	    "text <https://e.org> https://e.org/x\n");
	expect("![a picture](p.png)\n", "[image: a picture] <p.png>\n");
	expect("a\n\n***\nb\n",
	    "a\n\n----------------------------------------"
	    "----------------------------------------\n\nb\n");
}

static void
colours_end_where_a_line_does(void **state)
{
	(void)state;
	expect_colours("# One\n", "\033[1mOne\033[0m\n");
	expect_colours("a **b** *c* `d`\n",
	    "a \033[1mb\033[0m \033[4mc\033[0m \033[36md\033[0m\n");
	expect_bytes("**aaaaaaaaaaaa bbbbbbbbbbbb**\n", 30, 20, true,
	    "\033[1maaaaaaaaaaaa\033[0m\n\033[1mbbbbbbbbbbbb\033[0m\n");
	expect_colours("```\na\nb\n```\n",
	    "\033[36ma\033[0m\n\033[36mb\033[0m\n");
}

static void
words_are_wrapped_and_code_is_not(void **state)
{
	(void)state;
	expect_narrow("one two three four five six seven\n",
	    "one two three four\nfive six seven\n");
	expect_narrow("say `ls -l /etc/passwd` now\n",
	    "say\n`ls -l /etc/passwd`\nnow\n");
	expect_narrow("a https://example.org/a/long/address b\n",
	    "a\nhttps://example.org/a/long/address\nb\n");
	expect_narrow("```sh\necho a line of more than twenty columns\n\ttab\n"
		      "```\n",
	    "```\necho a line of more than twenty columns\n\ttab\n```\n");
	/* A code span for which no line has room is divided after all. */
	expect_narrow("`aaaaaaaaaaa bbbbbbbbbbbb`\n",
	    "`aaaaaaaaaaa\nbbbbbbbbbbbb`\n");
	/* However narrow it is, and however wide. */
	expect_bytes("aaaaaaaaaa bbbbbbbbb c\n", 23, 1, false,
	    "aaaaaaaaaa bbbbbbbbb\nc\n");
	expect_bytes("a\n", 2, 100000, false, "a\n");
}

static void
wide_characters_take_two_columns(void **state)
{
	(void)state;
	expect_narrow("中文字符在这里没有空格所以要在\n",
	    "中文字符在这里没有空\n格所以要在\n");
	/* A mark does not begin a line. */
	expect_narrow("中文字符在这里没有空。格\n",
	    "中文字符在这里没有\n空。格\n");
	/* A combining mark takes none. */
	expect_narrow("aaaaaaaaaaa\xcc\x81 bbbbbbbb\xcc\x81 c\n",
	    "aaaaaaaaaaa\xcc\x81 bbbbbbbb\xcc\x81\nc\n");
}

static void
lists_and_quotes_are_indented(void **state)
{
	(void)state;
	expect("1. a\n2. b\n   - c\n   - d\n", "1. a\n2. b\n   - c\n   - d\n");
	expect("9) a\n\n   b\n\n10) c\n", "9) a\n\n   b\n\n10) c\n");
	expect("* a\n* b\n\ntext\n", "- a\n- b\n\ntext\n");
	expect_narrow("> a quote that is wrapped\n> - x\n",
	    "| a quote that is\n| wrapped\n\n| - x\n");
	/* What is to be copied stands at the margin. */
	expect("1. a\n   ```\n   b\n     c\n   ```\n",
	    "1. a\n```\nb\n  c\n```\n");
	expect("- ```\n  a\n  ```\n", "- \n```\na\n```\n");
	expect("-\n- b\n", "- \n- b\n");
}

static void
nothing_of_a_text_is_obeyed(void **state)
{
	(void)state;
	expect("a\x1b[2Jb\x07 \x7f\n", "a\\x1b[2Jb\\x07 \\x7f\n");
	expect("&#27;[31m\n", "\\x1b[31m\n");
	expect("`\x1b]0;x\x07`\n", "`\\x1b]0;x\\x07`\n");
	expect("```\n\x1b[H\xc2\x9b\n```\n", "```\n\\x1b[H\\xc2\\x9b\n```\n");
	expect("[a](<x\x1b[2J>)\n", "a <x\\x1b[2J>\n");
	/* It turns the writing round. */
	expect("a\xe2\x80\xae"
	       "b\n",
	    "a\\xe2\\x80\\xaeb\n");
	expect("a\xff\n", "a\xef\xbf\xbd\n");
	expect_bytes("a\0b\n", 4, 80, false,
	    "a\xef\xbf\xbd"
	    "b\n");
	expect("a\r\nb\r\n```\r\nc\r\n```\r\n", "a b\n\n```\nc\n```\n");
}

static void
tags_of_html_are_left_out(void **state)
{
	(void)state;
	expect("a<br>b\n", "a\nb\n");
	expect("<br>\n\na\n", "a\n");
	expect("<!-- hidden > -->\n\na <b>c</b>\n", "a c\n");
	expect("<div>\nHälfte <i>d</i>\n</div>\n", "Hälfte d\n");
	expect("1 < 2\n", "1 < 2\n");
}

static void
any_depth_is_shown(void **state)
{
	char text[20000];

	(void)state;
	memset(text, '>', sizeof(text) - 2);
	memcpy(text + sizeof(text) - 3, "a\n", 3);
	expect_bytes(text, sizeof(text) - 1, 20, false,
	    "| | | | | | | | | | | | a\n");
	memset(text, '*', sizeof(text) - 1);
	text[1] = 'a';
	markdown_show(stderr, text, 0, 80, true);
	expect("", "");
	expect("\n\n", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_colours_the_marks_stay),
		cmocka_unit_test(colours_end_where_a_line_does),
		cmocka_unit_test(words_are_wrapped_and_code_is_not),
		cmocka_unit_test(wide_characters_take_two_columns),
		cmocka_unit_test(lists_and_quotes_are_indented),
		cmocka_unit_test(nothing_of_a_text_is_obeyed),
		cmocka_unit_test(tags_of_html_are_left_out),
		cmocka_unit_test(any_depth_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
