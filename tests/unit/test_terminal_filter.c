/* test_terminal_filter.c - the bytes of a program that a terminal may be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/terminal_filter.h"

#define OUTPUT_MAX 4096
#define BROKEN	   "\xef\xbf\xbd"

struct output {
	char bytes[OUTPUT_MAX];
	size_t n;
	size_t at[8]; /* where the screen changed, and how often */
	bool to[8];
	unsigned switches;
};

static void
take(void *self, const uint8_t *bytes, size_t n)
{
	struct output *o = self;

	assert_true(n > 0 && o->n + n < sizeof(o->bytes));
	memcpy(o->bytes + o->n, bytes, n);
	o->n += n;
}

static void
take_switch(void *self, bool alternate)
{
	struct output *o = self;

	assert_true(o->switches < COUNT_OF(o->at));
	o->at[o->switches] = o->n;
	o->to[o->switches++] = alternate;
}

static void
run(struct terminal_filter *f, const char *input, size_t n, struct output *o)
{
	const struct terminal_sink sink = { .self = o,
		.bytes = take,
		.before_screen = take_switch };

	terminal_filter_run(f, (const uint8_t *)input, n, &sink);
	o->bytes[o->n] = '\0';
}

/* In one piece, byte by byte, and what came out once more. */
static void
expect_bytes(const char *input, size_t n, const char *output)
{
	struct terminal_filter f;
	struct output whole = { .n = 0 }, bytes = { .n = 0 },
		      again = { .n = 0 };

	terminal_filter_init(&f);
	run(&f, input, n, &whole);
	assert_string_equal(whole.bytes, output);
	terminal_filter_init(&f);
	for (size_t i = 0; i < n; i++)
		run(&f, input + i, 1, &bytes);
	assert_string_equal(bytes.bytes, output);
	terminal_filter_init(&f);
	run(&f, whole.bytes, whole.n, &again);
	assert_string_equal(again.bytes, output);
}

struct pair {
	const char *input, *output;
};

static void
expect_all(const struct pair *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_bytes(p[i].input, strlen(p[i].input), p[i].output);
}

static void
text_and_what_draws_is_let_through(void **state)
{
	static const char *const same[] = {
		"hello\r\n\tworld\b\a",
		"\033[H\033[2J\033[10;20Hx",
		"\033[;5H\033[5;H\033[K\033[1K\033[3P\033[2@\033[4X\033[L\033["
		"M",
		"\033[2;20r\033[5S\033[T\033[d\033[G\033[g\033[Z",
		"\0337\0338\033D\033M\033E\033H",
		"\033(0lqqk\033(B\033)0\016x\017",
		"\033[?25l\033[?1h\033=\033>\033[?7l\033[4h\033[4l",
		"\033[?2004h\033[?1004h\033[?1000h\033[?1006h\033[?1002l",
		"\033[?1049h\033[?1047l\033[?47h\033[?1049l",
		"\033[2 q\033[ q\033c\033[r\033[5r",
		"\033]2;a title\a",
		"gr\xc3\xbc\xc3\x9f \xe4\xbd\xa0 \xf0\x9f\x98\x80 e\xcc\x81",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(same); i++)
		expect_bytes(same[i], strlen(same[i]), same[i]);
}

static void
what_a_terminal_answers_is_dropped(void **state)
{
	static const char *const queries[] = {
		"\033[c",
		"\033[0c",
		"\033[>c",
		"\033[=c", /* DA */
		"\033[5n",
		"\033[6n",
		"\033[?6n", /* DSR */
		"\033[?2004$p",
		"\033[4$p", /* DECRQM */
		"\033[?4m",
		"\033[>q",
		"\033[>0q", /* XTQMODKEYS, XTVERSION */
		"\033[x",
		"\033[1x",
		"\033Z",
		"\005", /* DECREQTPARM, ENQ */
		"\033[21t",
		"\033[18t",
		"\033[8;100;100t", /* of the window */
		"\033[?u",
		"\033[>1u",
		"\033[<u", /* of keys */
		"\033[1;2;3;4;5T",
		"\033[1$w",
		"\033[0i", /* mouse, report, print */
		"\033[?1;1;0S",
		"\033[1;1;1;1;1;1*y", /* graphics, checksum */
		"\033P$qm\033\\",
		"\033P+q544e\033\\", /* DECRQSS, XTGETTCAP */
		"\033]10;?\a",
		"\033]4;1;?\033\\", /* colours */
		"\033]52;c;?\a",
		"\033]52;c;aGk=\a", /* clipboard */
		"\033]11;#ffffff\a",
		"\033]7;file://x\a",
		"\033]8;;http://x\a",
		"\033]1;icon\a",
		"\033]\a",
		"\033];x\a",
		"\033]l\033\\",
		"\033_Gi=1;AAAA\033\\",
		"\033^private\033\\",
		"\033Xs\033\\",
		"\033kname\033\\",
		"\033\\",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		char around[128] = "a";

		strcat(strcat(around, queries[i]), "b");
		expect_bytes(around, strlen(around), "ab");
	}
}

static void
what_is_rare_comes_out_in_other_words(void **state)
{
	static const struct pair pairs[] = {
		{ "\033[s\033[u\033[1;2s\033[5u", "\0337\0338" },
		{ "\033[2Ex\033[F", "\033[2B\rx\033[A\r" },
		{ "\033[7`\033[3a", "\033[7G\033[3C" },
		{ "ab\033[3b\033[b", "abbbbb" },
		{ "\xc3\xbc\033[2b", "\xc3\xbc\xc3\xbc\xc3\xbc" },
		{ "\033[5b", "" },
		{ "\033(A\033)K\033*0\033(0", "\033(B\033)B\033(0" },
		{ "\033[5;2r\033[4;4r\033[0;0r\033[;7r", "\033[r\033[1;7r" },
		{ "\033[?1049h\033[?1049h\033[?47h\033[?1049l\033[?1047l",
		    "\033[?1049h\033[?1049l" },
		{ "\033[!p",
		    "\0337\033[r\0338\033[?1l\033[4l\033[?7h\033[?25h\033>"
		    "\033[0m\033[0 q\033(B\033)B\017" },
	};
	char many[TERMINAL_REPEAT_MAX + 2];

	(void)state;
	expect_all(pairs, COUNT_OF(pairs));
	memset(many, 'x', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	expect_bytes("x\033[9999b", 8, many);
}

static void
modes_that_no_terminal_of_ours_has_are_dropped(void **state)
{
	static const struct pair pairs[] = {
		{ "\033[?3h\033[?40h\033[?69h\033[?1001h\033[?2026h", "" },
		{ "\033[2h\033[12l\033[20h\033[?h\033[h", "" },
		{ "\033[?1;3;25l", "\033[?1l\033[?25l" },
		{ "\033[?1049;2004h", "\033[?1049h\033[?2004h" },
		{ "\033[?25s\033[?25r", "" },
		{ "\033[>4;2m\033[>4m", "" },
	};

	(void)state;
	expect_all(pairs, COUNT_OF(pairs));
}

static void
arguments_are_bounded(void **state)
{
	static const struct pair pairs[] = {
		{ "\033[;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;H",
		    "\033[;;;;;;;;;;;;;;;H" },
		{ "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19A",
		    "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16A" },
		{ "\033[99999999999999999999;000000000000000005H",
		    "\033[9999;5H" },
		{ "\033[1:2H\033[1?2h\033[??1h\033[1!!p\033[?1!p\033[1!2p",
		    "" },
	};

	(void)state;
	expect_all(pairs, COUNT_OF(pairs));
}

static void
colours_have_one_form(void **state)
{
	static const struct pair pairs[] = {
		{ "\033[m\033[0m\033[;1m", "\033[0m\033[0m\033[0;1m" },
		{ "\033[1;31;42m\033[97;107m", "\033[1;31;42m\033[97;107m" },
		{ "\033[38;5;208;1m", "\033[38;5;208;1m" },
		{ "\033[38:5:208;1m", "\033[38;5;208;1m" },
		{ "\033[48;2;1;2;3;4m", "\033[48;2;1;2;3;4m" },
		{ "\033[48:2:1:2:3;4m", "\033[48;2;1;2;3;4m" },
		{ "\033[48:2::1:2:3;4m", "\033[48;2;1;2;3;4m" },
		{ "\033[38:2::1:2:3:0:9;4m", "\033[38;2;1;2;3;4m" },
		{ "\033[38;5m\033[38;2;1m\033[38m\033[38;7;1m", "" },
		{ "\033[38:5;1m\033[38:2:1;1m", "\033[1m\033[1m" },
		{ "\033[38;5;300m", "\033[38;5;44m" },
		{ "\033[58;5;3m\033[58:2::1:2:3m\033[59m", "" },
		{ "\033[4:3m\033[4:0m\033[21m", "\033[4m\033[24m\033[4m" },
		{ "\033[10m\033[53m\033[73;1m", "\033[1m" },
	};

	(void)state;
	expect_all(pairs, COUNT_OF(pairs));
}

static void
what_is_no_utf8_is_replaced(void **state)
{
	static const struct pair pairs[] = {
		{ "a\xff\xfe z", "a" BROKEN BROKEN " z" },
		{ "\xc3(", BROKEN "(" },
		{ "\xe2\x82\033[m", BROKEN "\033[0m" },
		{ "\xe2\xe2\x82\xac", BROKEN "\xe2\x82\xac" },
		{ "\xc0\xaf\xf8", BROKEN BROKEN BROKEN },
		{ "\xed\xa0\xa0", BROKEN BROKEN BROKEN }, /* a surrogate */
		{ "\xf4\x90\xa0\xa0", BROKEN BROKEN BROKEN },
		/* C1, alone and as UTF-8 */
		{ "a\x9b"
		  "31mb\x90q\x9c",
		    "a31mbq" },
		{ "a\xc2\x9b"
		  "31mb\xc2\x9d",
		    "a31mb" },
	};

	(void)state;
	expect_all(pairs, COUNT_OF(pairs));
	expect_bytes("a\0b\177c\021", 6, "abc");
}

static void
a_sequence_may_be_broken_off(void **state)
{
	static const struct pair pairs[] = {
		{ "\033[1;3\033[4m", "\033[4m" },
		{ "\033[1;3\030m", "m" },
		{ "\033]2;ti\032x", "x" },
		{ "\033]2;ti\033[1mx", "\033[1mx" },
		{ "\033Pq\033[1mx", "\033[1mx" },
		{ "\033[3\n1m", "\n\033[31m" }, /* works in the middle */
		{ "\033\033c", "\033c" },
		{ "\033[\xc3\xbc", "\xc3\xbc" },
		{ "\033", "" },
		{ "\033[12", "" },
		{ "\033]0;abc", "" },
		{ "\xe2\x82", "" },
	};

	(void)state;
	expect_all(pairs, COUNT_OF(pairs));
}

static void
a_title_is_bounded_and_has_no_controls(void **state)
{
	char input[1024] = "\033]0;", output[1024] = "\033]2;";
	static const struct pair pairs[] = {
		{ "\033]0;both\033\\", "\033]2;both\a" },
		{ "\033]002;x\a", "\033]2;x\a" },
		{ "\033]2;a\nb\tc\177\xc2\x9b"
		  "d\a",
		    "\033]2;abcd\a" },
		{ "\033]2;\xc3\xbc\xff\a", "\033]2;\xc3\xbc" BROKEN "\a" },
		{ "\033]2;\a", "\033]2;\a" },
		/* Put aside and taken back, once. */
		{ "\033]2;a\a\033[22;0;0t\033]2;b\a\033[23;0;0t\033[23t",
		    "\033]2;a\a\033]2;b\a\033]2;a\a" },
		{ "\033[22;1t\033]2;b\a\033[23;1t\033[23t", "\033]2;b\a" },
	};

	(void)state;
	expect_all(pairs, COUNT_OF(pairs));
	/* Cut between two characters: 255 bytes are 127 of these. */
	for (int i = 0; i < 300; i++) {
		strcat(input, "\xc3\xbc");
		if (i < 127)
			strcat(output, "\xc3\xbc");
	}
	expect_bytes(strcat(input, "\a"), strlen(input) + 1,
	    strcat(output, "\a"));
}

/* --- modes -------------------------------------------------------------- */

/* By the filter and by the tracker alone: both must know the same. */
static void
modes_of(const char *input, struct terminal_modes *m)
{
	struct terminal_filter f, t;
	size_t half = strlen(input) / 2;
	const uint8_t *bytes = (const uint8_t *)input;

	terminal_filter_init(&f);
	terminal_filter_run(&f, bytes, strlen(input), NULL);
	terminal_filter_init(&t);
	terminal_filter_track(&t, bytes, half);
	terminal_filter_track(&t, bytes + half, strlen(input) - half);
	assert_memory_equal(&f.modes, &t.modes, sizeof(t.modes));
	*m = f.modes;
}

static void
modes_are_known(void **state)
{
	const uint32_t plain = TERMINAL_CURSOR | TERMINAL_AUTOWRAP;
	const struct {
		const char *input;
		uint32_t on;
	} rows[] = {
		{ "x", plain },
		{ "\033[?25l", TERMINAL_AUTOWRAP },
		{ "\033[?1h\033=",
		    plain | TERMINAL_CURSOR_KEYS | TERMINAL_KEYPAD },
		{ "\033[?66h\033>", plain },
		{ "\033[?7l\033[?6;5h",
		    TERMINAL_CURSOR | TERMINAL_ORIGIN | TERMINAL_REVERSE },
		{ "\033[?12;1004;2004h\033[4h",
		    plain | TERMINAL_BLINK | TERMINAL_FOCUS | TERMINAL_PASTE |
			TERMINAL_INSERT },
		{ "\033[?1049h", plain | TERMINAL_ALTERNATE },
		{ "\033[?1049h\033[?47l", plain },
		{ "\0337", plain | TERMINAL_SAVED },
		{ "\0337\033[?47h", plain | TERMINAL_ALTERNATE },
		{ "\016", plain | TERMINAL_SHIFTED },
		{ "\016abc\017def\016\017", plain },
		{ "\033[?1h\033[?1049h\033c", plain },
		{ "\033[?1h\033[?1049h\033[?25l\033[!p",
		    plain | TERMINAL_ALTERNATE },
		/* In what is dropped nothing counts. */
		{ "\033]52;\033[?25l", TERMINAL_AUTOWRAP },
		{ "\033P[?25l\016\033\\", plain },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct terminal_modes m;

		modes_of(rows[i].input, &m);
		assert_int_equal(m.on, rows[i].on);
	}
}

static void
values_are_known(void **state)
{
	struct terminal_modes m;

	(void)state;
	modes_of("\033[?1002h\033[?1006h\033[5 q\033[>4;2m\033(0\033)A"
		 "\033[3;20r\033]0;hi\a",
	    &m);
	assert_int_equal(m.mouse, 1002);
	assert_int_equal(m.mouse_encoding, 1006);
	assert_int_equal(m.cursor_style, 5);
	assert_int_equal(m.other_keys, 2);
	assert_memory_equal(m.charset, "0B", 2);
	assert_int_equal(m.top, 3);
	assert_int_equal(m.bottom, 20);
	assert_string_equal(m.title, "hi");
	modes_of("\033[?1002h\033[?1000l\033[3;20r\033[r\033[9;9r\033[>4m", &m);
	assert_int_equal(m.mouse, 0);
	assert_int_equal(m.top, 0);
	assert_int_equal(m.other_keys, 0);
	modes_of("\033]2;stays\a\033[3r\033c", &m);
	assert_string_equal(m.title, "stays");
	assert_int_equal(m.top, 0);
	modes_of("\033]2;a\a\033[22t\033]2;b\a\033c", &m);
	assert_int_equal(m.has_pushed, 1);
	assert_string_equal(m.pushed, "a");
	assert_string_equal(m.title, "b");
	modes_of("\033[3r", &m);
	assert_int_equal(m.top, 3);
	assert_int_equal(m.bottom, TERMINAL_ARG_MAX);
}

/* What is written brings a terminal that was reset to the same. */
static void
modes_can_be_written_and_read_again(void **state)
{
	static const char input[] =
	    "\033[?25l\033[?1h\033[?66h\033[?5h\033[?7l\033[?12h\033[?1004h"
	    "\033[?2004h\033[?1003h\033[?1015h\033[6 q\033[>4;1m"
	    "\033]2;below\a\033[22;0;0t\033]2;t\xc3\xbc\a";
	char written[TERMINAL_MODES_BYTES + 1];
	struct terminal_modes m, again;
	size_t n;

	(void)state;
	modes_of(input, &m);
	n = terminal_modes_write(&m, written);
	assert_true(n < TERMINAL_MODES_BYTES);
	written[n] = '\0';
	modes_of(written, &again);
	assert_memory_equal(&m, &again, sizeof(m));
	modes_of("", &m);
	assert_int_equal(terminal_modes_write(&m, written), 0);
	/* And what is reset is as it was at first, but for the title. */
	modes_of(input, &m);
	memset(m.title, 0, sizeof(m.title));
	assert_memory_not_equal(&m, (modes_of("", &again), &again), sizeof(m));
	{
		char both[1024];

		strcat(strcpy(both, input), terminal_reset);
		modes_of(both, &m);
		m.on &= ~(uint32_t)TERMINAL_SAVED;
		m.has_pushed = 0;
		memset(m.pushed, 0, sizeof(m.pushed));
		memset(m.title, 0, sizeof(m.title));
		assert_memory_equal(&m, &again, sizeof(m));
	}
}

static void
whoever_asks_is_told_before_the_screen_changes(void **state)
{
	static const char input[] = "ab\033[?1049hcd\033[?1049h\033[?1047lef"
				    "\033[?47h\033c";
	struct terminal_filter f;
	struct output o = { .n = 0 };

	(void)state;
	terminal_filter_init(&f);
	run(&f, input, strlen(input), &o);
	assert_int_equal(o.switches, 4);
	assert_memory_equal(o.bytes + o.at[0], "\033[?1049hcd", 10);
	assert_memory_equal(o.bytes + o.at[1], "\033[?1047lef", 10);
	assert_memory_equal(o.bytes + o.at[2], "\033[?47h", 6);
	assert_memory_equal(o.bytes + o.at[3], "\033c", 2);
	assert_true(o.to[0] && !o.to[1] && o.to[2] && !o.to[3]);
}

/* Whatever bytes a state is made of, it can be gone on with. */
static void
a_state_of_somebody_else_is_bounded(void **state)
{
	static const char more[] = ";1;2\xbf\xbf\xbf\xbf\033[1mx\033]2;y\a";
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct terminal_filter f;
		struct output o = { .n = 0 };
		uint8_t *bytes = (uint8_t *)&f;

		for (size_t i = 0; i < sizeof(f); i++) {
			random = random * 1103515245 + 12345;
			bytes[i] = (uint8_t)(random >> 16);
			if (round % 2 == 0)
				bytes[i] &= 0x0f;
		}
		terminal_filter_bound(&f);
		assert_true((f.modes.on & ~(uint32_t)TERMINAL_MODE_BITS) == 0);
		assert_true(strlen(f.modes.title) < TERMINAL_TITLE_SIZE);
		run(&f, more, strlen(more), &o);
		assert_string_equal(f.modes.title, "y");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_what_draws_is_let_through),
		cmocka_unit_test(what_a_terminal_answers_is_dropped),
		cmocka_unit_test(
		    modes_that_no_terminal_of_ours_has_are_dropped),
		cmocka_unit_test(what_is_rare_comes_out_in_other_words),
		cmocka_unit_test(arguments_are_bounded),
		cmocka_unit_test(colours_have_one_form),
		cmocka_unit_test(what_is_no_utf8_is_replaced),
		cmocka_unit_test(a_sequence_may_be_broken_off),
		cmocka_unit_test(a_title_is_bounded_and_has_no_controls),
		cmocka_unit_test(modes_are_known),
		cmocka_unit_test(values_are_known),
		cmocka_unit_test(modes_can_be_written_and_read_again),
		cmocka_unit_test(
		    whoever_asks_is_told_before_the_screen_changes),
		cmocka_unit_test(a_state_of_somebody_else_is_bounded),
	};

	return cmocka_run_group_tests_name("terminal_filter", tests, NULL,
	    NULL);
}
