/*
 * terminal_filter.c - the bytes of a program that a terminal may be shown.
 *
 * The parser is that of the DEC terminals (vt100.net/emu/dec_ansi_parser), with
 * UTF-8 for the right half of the code table.  What is let through is listed:
 * what nobody thought of is dropped.
 */
#include "gateway/base/terminal_filter.h"

#include <stdio.h>
#include <string.h>

enum state {
	GROUND,
	ESCAPE,	     /* after ESC */
	ESCAPE_MORE, /* after ESC and an intermediate */
	CSI,
	CSI_MORE,     /* after an intermediate of CSI */
	OSC,	      /* its number, in arg[0] */
	TITLE,	      /* the text of OSC 0 or 2 */
	TITLE_ESCAPE, /* and an ESC in it */
	STRING,	      /* any other, dropped until ST */
	OSC_STRING,   /* the same, where BEL ends it too */
	STATES
};

enum {
	BEL = 0x07,
	SO = 0x0e,
	SI = 0x0f,
	CAN = 0x18,
	SUB = 0x1a,
	ESC = 0x1b,
	DEL = 0x7f,
	ARG_NONE = UINT16_MAX
};

static const struct terminal_sink nowhere = { 0 };

/* --- output ------------------------------------------------------------- */

static void
put(const struct terminal_sink *out, const void *bytes, size_t n)
{
	if (out->bytes != NULL && n > 0)
		out->bytes(out->self, bytes, n);
}

static void
put_text(const struct terminal_sink *out, const char *text)
{
	put(out, text, strlen(text));
}

/* Several, one by one. */
static void
put_sequences(const struct terminal_sink *out, const char *all)
{
	while (*all != '\0') {
		size_t n = 1 + strcspn(all + 1, "\033\017");

		put(out, all, n);
		all += n;
	}
}

/* --- single characters -------------------------------------------------- */

/* BEL, BS, HT, LF, VT, FF, CR draw or ring; NUL and DEL do nothing, ENQ is
 * answered, the others are for a line to a modem. */
static void
control(struct terminal_filter *f, uint8_t c, const struct terminal_sink *out)
{
	if (c == SO)
		f->modes.on |= TERMINAL_SHIFTED;
	else if (c == SI)
		f->modes.on &= ~(uint32_t)TERMINAL_SHIFTED;
	else if (c < BEL || c > '\r')
		return;
	put(out, &c, 1);
}

/* For CSI b, which repeats it. */
static void
put_character(struct terminal_filter *f, const uint8_t *code, uint8_t n,
    const struct terminal_sink *out)
{
	if (f->state == GROUND) {
		memcpy(f->last, code, n);
		f->last_length = n;
	}
	put(out, code, n);
}

static void
broken_code(struct terminal_filter *f, const struct terminal_sink *out)
{
	f->code_have = f->code_need = 0;
	put_character(f, (const uint8_t *)"\xef\xbf\xbd", 3, out);
}

/* The second byte of some characters is of a smaller range: no overlong form,
 * no surrogate, nothing above U+10FFFF (RFC 3629). */
static bool
continues(const struct terminal_filter *f, uint8_t c)
{
	uint8_t least = 0x80, most = 0xbf;

	if (f->code_have == 1) {
		switch (f->code[0]) {
		case 0xe0:
			least = 0xa0;
			break;
		case 0xed:
			most = 0x9f;
			break;
		case 0xf0:
			least = 0x90;
			break;
		case 0xf4:
			most = 0x8f;
			break;
		default:
			break;
		}
	}
	return c >= least && c <= most;
}

/* A byte of the right half.  A C1 control is dropped, alone or as UTF-8. */
static void
code_byte(struct terminal_filter *f, uint8_t c, const struct terminal_sink *out)
{
	if (f->code_need > 0 && !continues(f, c))
		broken_code(f, out);
	if (f->code_need > 0) {
		f->code[f->code_have++] = c;
		if (f->code_have < f->code_need)
			return;
		if (f->code[0] != 0xc2 || f->code[1] >= 0xa0)
			put_character(f, f->code, f->code_need, out);
		f->code_have = f->code_need = 0;
		return;
	}
	f->code_need = c < 0xc2	  ? 0
		       : c < 0xe0 ? 2
		       : c < 0xf0 ? 3
		       : c < 0xf5 ? 4
				  : 0;
	if (f->code_need > 0) {
		f->code[0] = c;
		f->code_have = 1;
	} else if (c >= 0xa0) {
		broken_code(f, out);
	}
}

/* --- CSI ---------------------------------------------------------------- */

static unsigned
arg(const struct terminal_filter *f, unsigned at, unsigned otherwise)
{
	return at < f->arg_count && f->arg[at] != ARG_NONE ? f->arg[at]
							   : otherwise;
}

static bool
is_colon(const struct terminal_filter *f, unsigned at)
{
	return at < f->arg_count && (f->colons >> at & 1) != 0;
}

static void
csi_begin(struct terminal_filter *f)
{
	f->state = CSI;
	f->prefix = f->intermediate = f->is_bad = 0;
	f->arg_count = 0;
	f->colons = 0;
}

/* A digit, ; or :, of which each argument after the first has one before it. */
static void
csi_argument(struct terminal_filter *f, uint8_t c)
{
	uint16_t *last;

	if (f->arg_count == 0)
		f->arg[f->arg_count++] = ARG_NONE;
	if (c == ';' || c == ':') {
		if (f->arg_count == TERMINAL_ARGS_MAX) {
			f->state = CSI_MORE; /* the others are cut */
			return;
		}
		if (c == ':')
			f->colons |= (uint16_t)(1u << f->arg_count);
		f->arg[f->arg_count++] = ARG_NONE;
		return;
	}
	last = &f->arg[f->arg_count - 1];
	if (*last == ARG_NONE)
		*last = 0;
	*last = (uint16_t)(*last * 10 + (c - '0'));
	if (*last > TERMINAL_ARG_MAX)
		*last = TERMINAL_ARG_MAX;
}

/* A sequence while it is written: at most what the filter lets through. */
struct text {
	char bytes[160];
	size_t n;
};

static void
add_byte(struct text *t, char c)
{
	if (c != '\0')
		t->bytes[t->n++] = c;
}

static void
add_number(struct text *t, unsigned number)
{
	unsigned unit = 1;

	while (number / unit >= 10)
		unit *= 10;
	for (; unit > 0; unit /= 10)
		t->bytes[t->n++] = (char)('0' + number / unit % 10);
}

static void
put_csi(const struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	struct text t = { "\033[", 2 };

	add_byte(&t, (char)f->prefix);
	for (unsigned i = 0; i < f->arg_count; i++) {
		if (i > 0)
			add_byte(&t, ';');
		if (f->arg[i] != ARG_NONE)
			add_number(&t, f->arg[i]);
	}
	add_byte(&t, (char)f->intermediate);
	add_byte(&t, final);
	put(out, t.bytes, t.n);
}

/* --- colours and the like ----------------------------------------------- */

/* The list of SGR's numbers as it goes out: with semicolons only, since not
 * every terminal knows colons. */
struct sgr {
	struct text text;
	unsigned numbers;
};

static void
sgr_add(struct sgr *s, unsigned number)
{
	if (s->numbers++ > 0)
		add_byte(&s->text, ';');
	add_number(&s->text, number);
}

/* 38, 48 or 58 at that place, with what belongs to it: 5;N, 2;R;G;B, or with
 * colons, then also 2:SPACE:R:G:B.  Returns the place after it. */
static unsigned
sgr_colour(struct sgr *s, const struct terminal_filter *f, unsigned at)
{
	unsigned what = arg(f, at, 0), kind = arg(f, at + 1, 0);
	unsigned end = at + 2, values = kind == 5 ? 1 : 3, first;

	first = end;
	if (is_colon(f, at + 1)) {
		while (is_colon(f, end))
			end++;
		if (kind == 2 && end - at > 5)
			first++; /* after the space of colours */
	} else {
		end += values;
	}
	if ((kind != 5 && kind != 2) || end > f->arg_count ||
	    first + values > end)
		return is_colon(f, at + 1) ? end : f->arg_count;
	if (what == 58)
		return end; /* of the underline */
	sgr_add(s, what);
	sgr_add(s, kind);
	for (; values > 0; values--, first++)
		sgr_add(s, arg(f, first, 0) & 0xff);
	return end;
}

/* Which numbers stand for themselves. */
static bool
is_plain_sgr(unsigned n)
{
	return n <= 9 || (n >= 22 && n <= 29) || (n >= 30 && n <= 37) ||
	       n == 39 || (n >= 40 && n <= 47) || n == 49 ||
	       (n >= 90 && n <= 97) || (n >= 100 && n <= 107);
}

static void
sgr(const struct terminal_filter *f, const struct terminal_sink *out)
{
	struct sgr s = { .text = { "\033[", 2 } };
	unsigned at = 0;

	if (f->arg_count == 0)
		sgr_add(&s, 0);
	while (at < f->arg_count) {
		unsigned n = arg(f, at, 0);

		if (n == 38 || n == 48 || n == 58) {
			at = sgr_colour(&s, f, at);
			continue;
		}
		if (n == 21) /* double underline */
			n = 4;
		if (n == 4 && is_colon(f, at + 1) && arg(f, at + 1, 0) == 0)
			n = 24;
		if (is_plain_sgr(n))
			sgr_add(&s, n);
		for (at++; is_colon(f, at); at++)
			continue;
	}
	if (s.numbers == 0)
		return;
	add_byte(&s.text, 'm');
	put(out, s.text.bytes, s.text.n);
}

/* --- sequences that are let through ------------------------------------- */

static void escape_end(struct terminal_filter *f, char final,
    const struct terminal_sink *out);

/* To another screen.  To the one that is shown already is nothing, or the cursor
 * to come back to would be lost. */
static bool
switches(struct terminal_filter *f, uint32_t before, bool on,
    const struct terminal_sink *out)
{
	if (((before ^ f->modes.on) & TERMINAL_ALTERNATE) == 0)
		return false;
	if (out->before_screen != NULL)
		out->before_screen(out->self, on);
	return true;
}

/* Each mode by itself: what knows one of them need not know the others. */
static void
set_modes(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	bool on = final == 'h', is_private = f->prefix == '?';

	for (unsigned i = 0; i < f->arg_count; i++) {
		unsigned number = arg(f, i, 0);
		uint32_t before = f->modes.on;
		struct text t = { "\033[", 2 };

		if (!terminal_modes_set(&f->modes, number, is_private, on))
			continue;
		if (is_private && terminal_modes_is_screen(number) &&
		    !switches(f, before, on, out))
			continue;
		add_byte(&t, (char)f->prefix);
		add_number(&t, number);
		add_byte(&t, final);
		put(out, t.bytes, t.n);
	}
}

static void
set_region(struct terminal_filter *f, const struct terminal_sink *out)
{
	unsigned top = arg(f, 0, 1), bottom = arg(f, 1, 0);
	struct text t = { "\033[", 2 };

	if (top == 0)
		top = 1;
	if (bottom == 0)
		bottom = TERMINAL_ARG_MAX;
	if (top >= bottom)
		return;
	f->modes.top = f->modes.bottom = 0;
	if (top > 1 || bottom < TERMINAL_ARG_MAX) {
		f->modes.top = (uint16_t)top;
		f->modes.bottom = (uint16_t)bottom;
		add_number(&t, top);
	}
	if (bottom < TERMINAL_ARG_MAX) {
		add_byte(&t, ';');
		add_number(&t, bottom);
	}
	add_byte(&t, 'r');
	put(out, t.bytes, t.n);
}

/* The last character once more, and so on. */
static void
repeat(const struct terminal_filter *f, const struct terminal_sink *out)
{
	unsigned times = arg(f, 0, 1);

	if (times == 0)
		times = 1;
	if (times > TERMINAL_REPEAT_MAX)
		times = TERMINAL_REPEAT_MAX;
	for (; times > 0; times--)
		put(out, f->last, f->last_length);
}

/* To the first column of a line below or above. */
static void
next_line(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	put_csi(f, final, out);
	put_text(out, "\r");
}

static void
put_title(const struct terminal_filter *f, const struct terminal_sink *out)
{
	char text[TERMINAL_TITLE_SIZE + 8];

	put(out, text,
	    (size_t)snprintf(text, sizeof(text), "\033]2;%s\a",
		f->modes.title));
}

/* Of what is about the window: a title is put aside, and taken back. */
static void
window(struct terminal_filter *f, const struct terminal_sink *out)
{
	unsigned what = arg(f, 0, 0);

	if (arg(f, 1, 0) == 1) /* of its icon */
		return;
	if (what == 22) {
		f->modes.has_pushed = 1;
		memcpy(f->modes.pushed, f->modes.title, TERMINAL_TITLE_SIZE);
	} else if (what == 23 && f->modes.has_pushed != 0) {
		f->modes.has_pushed = 0;
		memcpy(f->modes.title, f->modes.pushed, TERMINAL_TITLE_SIZE);
		memset(f->modes.pushed, 0, TERMINAL_TITLE_SIZE);
		put_title(f, out);
	}
}

/* What is rare in the words of what is not: not every terminal knows it, and the
 * emulator of the snapshot does not. */
static void
csi_rare(struct terminal_filter *f, char final, const struct terminal_sink *out)
{
	switch (final) {
	case 'E':
		next_line(f, 'B', out);
		return;
	case 'F':
		next_line(f, 'A', out);
		return;
	case '`':
		put_csi(f, 'G', out);
		return;
	case 'a':
		put_csi(f, 'C', out);
		return;
	case 'b':
		repeat(f, out);
		return;
	case 's': /* with arguments: margins left and right */
		if (f->arg_count == 0)
			escape_end(f, '7', out);
		return;
	case 'u':
		if (f->arg_count == 0)
			escape_end(f, '8', out);
		return;
	default:
		return;
	}
}

static void
csi_plain(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	switch (final) {
	case 'm':
		sgr(f, out);
		return;
	case 'h':
	case 'l':
		set_modes(f, final, out);
		return;
	case 'r':
		set_region(f, out);
		return;
	case 't':
		window(f, out);
		return;
	case 'T': /* with more arguments: follows the mouse, and is answered */
		if (f->arg_count <= 1)
			put_csi(f, final, out);
		return;
	default:
		if (strchr("@ABCDGHIJKLMPSXZdefg", final) != NULL)
			put_csi(f, final, out);
		else
			csi_rare(f, final, out);
	}
}

static void
csi_private(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	unsigned keys = arg(f, 1, 0);

	if (f->prefix == '?' && (final == 'h' || final == 'l'))
		set_modes(f, final, out);
	else if (f->prefix == '?' && (final == 'J' || final == 'K'))
		put_csi(f, final, out);
	else if (f->prefix == '>' && final == 'm' && arg(f, 0, 0) == 4)
		f->modes.other_keys =
		    keys <= TERMINAL_OTHER_KEYS_MAX ? (uint8_t)keys : 0;
}

/* CSI ! p in other words: the emulator of the snapshot takes it for more.  It
 * leaves the cursor where it is. */
static const char words_of_reset[] =
    "\0337\033[r\0338\033[?1l\033[4l\033[?7h\033[?25h\033>\033[0m\033[0 q"
    "\033(B\033)B\017";

static void
soft_reset(struct terminal_filter *f, const struct terminal_sink *out)
{
	/* Even when it changes nothing this takes the cursor home. */
	if ((f->modes.on & TERMINAL_ORIGIN) != 0)
		put_text(out, "\033[?6l");
	terminal_modes_soft_reset(&f->modes);
	put_sequences(out, words_of_reset);
}

static void
csi_intermediate(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	unsigned style = arg(f, 0, 0);

	if (f->intermediate == ' ' && final == 'q' &&
	    style <= TERMINAL_CURSOR_STYLE_MAX && f->arg_count <= 1) {
		f->modes.cursor_style = (uint8_t)style;
		put_csi(f, final, out);
	} else if (f->intermediate == '!' && final == 'p' &&
		   f->arg_count == 0) {
		soft_reset(f, out);
	}
}

static void
csi_end(struct terminal_filter *f, char final, const struct terminal_sink *out)
{
	f->state = GROUND;
	if (f->is_bad || (f->prefix != 0 && f->intermediate != 0) ||
	    (f->colons != 0 && final != 'm'))
		return;
	if (f->prefix != 0)
		csi_private(f, final, out);
	else if (f->intermediate != 0)
		csi_intermediate(f, final, out);
	else
		csi_plain(f, final, out);
}

static void
csi_byte(struct terminal_filter *f, uint8_t c, const struct terminal_sink *out)
{
	if (c >= '@' && c < DEL) {
		csi_end(f, (char)c, out);
	} else if (c >= ' ' && c <= '/') {
		f->is_bad |= f->intermediate != 0;
		f->intermediate = c;
		f->state = CSI_MORE;
	} else if (f->state == CSI && c >= '0' && c <= ';') {
		csi_argument(f, c);
	} else if (f->state == CSI && c >= '<' && c <= '?') {
		f->is_bad |= f->prefix != 0 || f->arg_count > 0;
		f->prefix = c;
	} else if (f->intermediate != 0 && c >= '0' && c <= '?') {
		f->is_bad = 1;
	}
}

/* --- ESC ---------------------------------------------------------------- */

/* The titles stay. */
static void
reset(struct terminal_filter *f, const struct terminal_sink *out)
{
	const struct terminal_modes before = f->modes;

	if ((before.on & TERMINAL_ALTERNATE) != 0 && out->before_screen != NULL)
		out->before_screen(out->self, false);
	terminal_modes_reset(&f->modes);
	f->modes.has_pushed = before.has_pushed;
	memcpy(f->modes.title, before.title, sizeof(before.title));
	memcpy(f->modes.pushed, before.pushed, sizeof(before.pushed));
}

/* Sequences of ESC and one byte. */
static void
escape_end(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	const char bytes[] = { ESC, final };

	f->state = GROUND;
	switch (final) {
	case '7':
		f->modes.on |= TERMINAL_SAVED;
		break;
	case 'c':
		reset(f, out);
		break;
	case '=':
		f->modes.on |= TERMINAL_KEYPAD;
		break;
	case '>':
		f->modes.on &= ~(uint32_t)TERMINAL_KEYPAD;
		break;
	case '8': /* back to the cursor, next line, index, tab, index back */
	case 'D':
	case 'E':
	case 'H':
	case 'M':
		break;
	default:
		return;
	}
	put(out, bytes, sizeof(bytes));
}

static void
escape_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out)
{
	switch (c) {
	case '[':
		csi_begin(f);
		return;
	case ']':
		f->state = OSC;
		f->arg_count = 1;
		f->arg[0] = ARG_NONE;
		return;
	case 'P': /* DCS, SOS, PM, APC, and the title of screen(1) */
	case 'X':
	case '^':
	case '_':
	case 'k':
		f->state = STRING;
		return;
	default:
		break;
	}
	if (c >= ' ' && c <= '/') {
		f->intermediate = c;
		f->is_bad = 0;
		f->state = ESCAPE_MORE;
	} else if (c < DEL) {
		escape_end(f, (char)c, out);
	}
}

/* A charset for G0 or G1: lines, or letters.  Of what a nation wrote in the place
 * of some ASCII the emulator makes rubbish. */
static void
escape_more_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out)
{
	char bytes[] = { ESC, (char)f->intermediate, c == '0' ? '0' : 'B' };

	if (c >= ' ' && c <= '/')
		f->is_bad = 1;
	if (c < '0' || c == DEL)
		return;
	f->state = GROUND;
	if (f->is_bad || (f->intermediate != '(' && f->intermediate != ')'))
		return;
	f->modes.charset[f->intermediate == ')'] = (uint8_t)bytes[2];
	put(out, bytes, sizeof(bytes));
}

/* --- strings ------------------------------------------------------------ */

static void
osc_byte(struct terminal_filter *f, uint8_t c)
{
	if (c >= '0' && c <= '9') {
		csi_argument(f, c);
	} else if (c == BEL) {
		f->state = GROUND;
	} else if (c == ';' && (f->arg[0] == 0 || f->arg[0] == 2)) {
		f->state = TITLE;
		f->title_length = 0;
		f->is_bad = 0;
	} else {
		f->state = OSC_STRING;
	}
}

static void
title_add(void *self, const uint8_t *bytes, size_t n)
{
	struct terminal_filter *f = self;

	if (f->title_length + n >= sizeof(f->title)) {
		f->is_bad = 1; /* the rest is cut */
		return;
	}
	if (!f->is_bad) {
		memcpy(f->title + f->title_length, bytes, n);
		f->title_length = (uint16_t)(f->title_length + n);
	}
}

static void
title_end(struct terminal_filter *f, const struct terminal_sink *out)
{
	f->state = GROUND;
	f->title[f->title_length] = '\0';
	memset(f->modes.title, 0, sizeof(f->modes.title));
	memcpy(f->modes.title, f->title, f->title_length);
	put_title(f, out);
}

static void
title_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out)
{
	const struct terminal_sink title = { .self = f, .bytes = title_add };

	if (c < 0x80 && f->code_need > 0)
		broken_code(f, &title);
	if (c == BEL)
		title_end(f, out);
	else if (c >= 0x80)
		code_byte(f, c, &title);
	else if (c >= ' ' && c < DEL)
		title_add(f, &c, 1);
}

/* --- bytes -------------------------------------------------------------- */

/* After ESC: in a string it may be the first half of its end. */
static void
on_escape(struct terminal_filter *f)
{
	f->state = f->state == TITLE ? TITLE_ESCAPE : ESCAPE;
}

static void
sequence_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out)
{
	switch ((enum state)f->state) {
	case TITLE_ESCAPE:
		if (c == '\\') {
			title_end(f, out);
			return;
		}
		escape_byte(f, c, out);
		return;
	case ESCAPE:
		escape_byte(f, c, out);
		return;
	case ESCAPE_MORE:
		escape_more_byte(f, c, out);
		return;
	default:
		csi_byte(f, c, out);
	}
}

static void
byte(struct terminal_filter *f, uint8_t c, const struct terminal_sink *out)
{
	bool is_string = f->state >= OSC && f->state != TITLE_ESCAPE;

	if (f->state == TITLE && c != ESC && c != CAN && c != SUB) {
		title_byte(f, c, out);
		return;
	}
	if (f->code_need > 0 && c < 0x80)
		broken_code(f, f->state == TITLE ? &nowhere : out);
	if (c == CAN || c == SUB)
		f->state = GROUND;
	else if (c == ESC)
		on_escape(f);
	else if (f->state == OSC)
		osc_byte(f, c);
	else if (is_string)
		f->state =
		    f->state == OSC_STRING && c == BEL ? GROUND : f->state;
	else if (c < ' ')
		control(f, c, out);
	else if (f->state != GROUND && c < 0x80)
		sequence_byte(f, c, out);
	else if (c >= 0x80) {
		f->state = GROUND;
		code_byte(f, c, out);
	} else if (c < DEL)
		put_character(f, &c, 1, out);
}

void
terminal_filter_run(struct terminal_filter *f, const uint8_t *bytes, size_t n,
    const struct terminal_sink *sink)
{
	const struct terminal_sink *out = sink == NULL ? &nowhere : sink;

	for (size_t i = 0; i < n; i++) {
		size_t end = i;

		/* Runs of plain text, which most of it is. */
		if (f->state == GROUND && f->code_need == 0) {
			while (end < n && bytes[end] >= ' ' && bytes[end] < DEL)
				end++;
		}
		if (end > i) {
			f->last[0] = bytes[end - 1];
			f->last_length = 1;
			put(out, bytes + i, end - i);
		}
		if (end < n)
			byte(f, bytes[end], out);
		i = end;
	}
}

/* --- modes only --------------------------------------------------------- */

/* Which charset is in use after a run without ESC. */
static void
track_shift(struct terminal_filter *f, const uint8_t *bytes, size_t n)
{
	const uint8_t *so = memrchr(bytes, SO, n), *si = memrchr(bytes, SI, n);

	if (so != NULL && (si == NULL || so > si))
		f->modes.on |= TERMINAL_SHIFTED;
	else if (si != NULL)
		f->modes.on &= ~(uint32_t)TERMINAL_SHIFTED;
}

void
terminal_filter_track(struct terminal_filter *f, const uint8_t *bytes, size_t n)
{
	const uint8_t *end = bytes + n, *run;

	while (bytes < end) {
		if (f->state == GROUND) {
			run = memchr(bytes, ESC, (size_t)(end - bytes));
			if (run == NULL)
				run = end;
			track_shift(f, bytes, (size_t)(run - bytes));
			f->code_have = f->code_need = 0;
			bytes = run;
		}
		if (bytes < end)
			byte(f, *bytes++, &nowhere);
	}
}

/* --- the state ---------------------------------------------------------- */

void
terminal_filter_init(struct terminal_filter *f)
{
	*f = (struct terminal_filter){ 0 };
	terminal_modes_reset(&f->modes);
}

void
terminal_filter_bound(struct terminal_filter *f)
{
	terminal_modes_bound(&f->modes);
	if (f->state >= STATES || f->arg_count > TERMINAL_ARGS_MAX ||
	    f->title_length >= sizeof(f->title) ||
	    (f->state == OSC && f->arg_count != 1) ||
	    f->code_need > sizeof(f->code) || f->code_have > f->code_need ||
	    f->last_length > sizeof(f->last) ||
	    (f->code_have == f->code_need && f->code_need > 0)) {
		struct terminal_modes modes = f->modes;

		terminal_filter_init(f);
		f->modes = modes;
	}
}
