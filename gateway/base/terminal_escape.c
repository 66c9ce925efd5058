/* terminal_escape.c - sequences of ESC and a byte or two. */
#include "gateway/base/terminal_escape.h"

#include <string.h>

#include "gateway/base/terminal_sequence.h"
#include "gateway/base/terminal_text.h"

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
void
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
	text_put(out, bytes, sizeof(bytes));
}

void
escape_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out)
{
	switch (c) {
	case '[':
		sequence_begin(f);
		return;
	case ']':
		f->state = OSC;
		f->arg_count = 1;
		f->arg[0] = TERMINAL_ARG_NONE;
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
void
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
	text_put(out, bytes, sizeof(bytes));
}
