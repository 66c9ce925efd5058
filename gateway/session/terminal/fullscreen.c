/* fullscreen.c - does a program have the whole screen? */
#include "gateway/session/terminal/fullscreen.h"

#include <string.h>

#include "gateway/base/terminal_modes.h"

#define ESC	   0x1b
#define BEL	   0x07
#define CAN	   0x18
#define SUB	   0x1a
#define NUMBER_MAX 9999

enum { PLAIN, ESCAPE, CSI, STRING };

/* After ESC: a sequence, a string up to its end, a reset, or all of it. */
static void
take_escape(struct fullscreen *f, unsigned char c)
{
	f->state = PLAIN;
	if (c == '[') {
		f->state = CSI;
		f->is_private = f->names_screen = false;
		f->number = 0;
	} else if (c == ']' || c == 'P' || c == '^' || c == '_' || c == 'X') {
		f->state = STRING;
	} else if (c == ESC || (c >= 0x20 && c < 0x30)) {
		f->state = ESCAPE;
	} else if (c == 'c') {
		f->is_on = false;
	}
}

static void
end_number(struct fullscreen *f)
{
	f->names_screen =
	    f->names_screen || terminal_modes_is_screen(f->number);
	f->number = 0;
}

static void
take_csi(struct fullscreen *f, unsigned char c)
{
	if (c == '?') {
		f->is_private = true;
	} else if (c >= '0' && c <= '9') {
		if (f->number <= NUMBER_MAX / 10)
			f->number = (uint16_t)(10 * f->number + (c - '0'));
	} else if (c == ';') {
		end_number(f);
	} else if (c >= 0x40 && c < 0x7f) {
		end_number(f);
		if (f->is_private && f->names_screen && (c == 'h' || c == 'l'))
			f->is_on = c == 'h';
		f->state = PLAIN;
	} else if (c == ESC) {
		f->state = ESCAPE;
	} else if (c == CAN || c == SUB) {
		f->state = PLAIN;
	}
}

static void
take_string(struct fullscreen *f, unsigned char c)
{
	if (c == ESC)
		f->state = ESCAPE;
	else if (c == BEL || c == CAN || c == SUB)
		f->state = PLAIN;
}

/* Three bytes decide how much of a character is still to come. */
static void
count_character(struct fullscreen *f, const char *bytes, size_t n)
{
	for (size_t i = n > 3 ? n - 3 : 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if ((c & 0xc0) == 0x80)
			f->bytes_left -= f->bytes_left > 0;
		else
			f->bytes_left = c >= 0xf0   ? 3
					: c >= 0xe0 ? 2
					: c >= 0xc0 ? 1
						    : 0;
	}
}

void
fullscreen_take(struct fullscreen *f, const char *bytes, size_t n)
{
	size_t at = 0;

	count_character(f, bytes, n);
	while (at < n) {
		if (f->state == PLAIN) {
			const char *next = memchr(bytes + at, ESC, n - at);

			if (next == NULL)
				return;
			at = (size_t)(next - bytes) + 1;
			f->state = ESCAPE;
			continue;
		}
		if (f->state == ESCAPE)
			take_escape(f, (unsigned char)bytes[at++]);
		else if (f->state == CSI)
			take_csi(f, (unsigned char)bytes[at++]);
		else
			take_string(f, (unsigned char)bytes[at++]);
	}
}

bool
fullscreen_is_between(const struct fullscreen *f)
{
	return f->state == PLAIN && f->bytes_left == 0;
}
