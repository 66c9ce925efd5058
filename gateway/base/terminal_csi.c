/*
 * terminal_csi.c - control sequences: which are let through, and in what form.
 *
 * They are listed: what nobody thought of is dropped.
 */
#include "gateway/base/terminal_csi.h"

#include <string.h>

#include "gateway/base/terminal_escape.h"
#include "gateway/base/terminal_sequence.h"
#include "gateway/base/terminal_sgr.h"
#include "gateway/base/terminal_text.h"
#include "gateway/base/terminal_title.h"

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
		unsigned number = sequence_arg(f, i, 0);
		uint32_t before = f->modes.on;
		struct sequence t = { "\033[", 2 };

		if (!terminal_modes_set(&f->modes, number, is_private, on))
			continue;
		if (is_private && terminal_modes_is_screen(number) &&
		    !switches(f, before, on, out))
			continue;
		sequence_add_byte(&t, (char)f->prefix);
		sequence_add_number(&t, number);
		sequence_add_byte(&t, final);
		text_put(out, t.bytes, t.n);
	}
}

static void
set_region(struct terminal_filter *f, const struct terminal_sink *out)
{
	unsigned top = sequence_arg(f, 0, 1), bottom = sequence_arg(f, 1, 0);
	struct sequence t = { "\033[", 2 };

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
		sequence_add_number(&t, top);
	}
	if (bottom < TERMINAL_ARG_MAX) {
		sequence_add_byte(&t, ';');
		sequence_add_number(&t, bottom);
	}
	sequence_add_byte(&t, 'r');
	text_put(out, t.bytes, t.n);
}

/* The last character once more, and so on. */
static void
repeat(const struct terminal_filter *f, const struct terminal_sink *out)
{
	unsigned times = sequence_arg(f, 0, 1);

	if (times == 0)
		times = 1;
	if (times > TERMINAL_REPEAT_MAX)
		times = TERMINAL_REPEAT_MAX;
	for (; times > 0; times--)
		text_put(out, f->last, f->last_length);
}

/* To the first column of a line below or above. */
static void
next_line(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	sequence_put(f, final, out);
	text_put_string(out, "\r");
}

/* Of what is about the window: a title is put aside, and taken back. */
static void
window(struct terminal_filter *f, const struct terminal_sink *out)
{
	unsigned what = sequence_arg(f, 0, 0);

	if (sequence_arg(f, 1, 0) == 1) /* of its icon */
		return;
	if (what == 22) {
		f->modes.has_pushed = 1;
		memcpy(f->modes.pushed, f->modes.title, TERMINAL_TITLE_SIZE);
	} else if (what == 23 && f->modes.has_pushed != 0) {
		f->modes.has_pushed = 0;
		memcpy(f->modes.title, f->modes.pushed, TERMINAL_TITLE_SIZE);
		memset(f->modes.pushed, 0, TERMINAL_TITLE_SIZE);
		title_put(f, out);
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
		sequence_put(f, 'G', out);
		return;
	case 'a':
		sequence_put(f, 'C', out);
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
		sgr_put(f, out);
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
			sequence_put(f, final, out);
		return;
	default:
		if (strchr("@ABCDGHIJKLMPSXZdefg", final) != NULL)
			sequence_put(f, final, out);
		else
			csi_rare(f, final, out);
	}
}

static void
csi_private(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	unsigned keys = sequence_arg(f, 1, 0);

	if (f->prefix == '?' && (final == 'h' || final == 'l'))
		set_modes(f, final, out);
	else if (f->prefix == '?' && (final == 'J' || final == 'K'))
		sequence_put(f, final, out);
	else if (f->prefix == '>' && final == 'm' && sequence_arg(f, 0, 0) == 4)
		f->modes.other_keys =
		    keys <= TERMINAL_OTHER_KEYS_MAX ? (uint8_t)keys : 0;
}

/* Several, one by one. */
static void
put_sequences(const struct terminal_sink *out, const char *all)
{
	while (*all != '\0') {
		size_t n = 1 + strcspn(all + 1, "\033\017");

		text_put(out, all, n);
		all += n;
	}
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
		text_put_string(out, "\033[?6l");
	terminal_modes_soft_reset(&f->modes);
	put_sequences(out, words_of_reset);
}

static void
csi_intermediate(struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	unsigned style = sequence_arg(f, 0, 0);

	if (f->intermediate == ' ' && final == 'q' &&
	    style <= TERMINAL_CURSOR_STYLE_MAX && f->arg_count <= 1) {
		f->modes.cursor_style = (uint8_t)style;
		sequence_put(f, final, out);
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

void
csi_byte(struct terminal_filter *f, uint8_t c, const struct terminal_sink *out)
{
	if (c >= '@' && c < DEL) {
		csi_end(f, (char)c, out);
	} else if (c >= ' ' && c <= '/') {
		f->is_bad |= f->intermediate != 0;
		f->intermediate = c;
		f->state = CSI_MORE;
	} else if (f->state == CSI && c >= '0' && c <= ';') {
		sequence_argument(f, c);
	} else if (f->state == CSI && c >= '<' && c <= '?') {
		f->is_bad |= f->prefix != 0 || f->arg_count > 0;
		f->prefix = c;
	} else if (f->intermediate != 0 && c >= '0' && c <= '?') {
		f->is_bad = 1;
	}
}
