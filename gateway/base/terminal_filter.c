/*
 * terminal_filter.c - the bytes of a program that a terminal may be shown.
 */
#include "gateway/base/terminal_filter.h"

#include <string.h>

#include "gateway/base/terminal_csi.h"
#include "gateway/base/terminal_escape.h"
#include "gateway/base/terminal_text.h"
#include "gateway/base/terminal_title.h"

static const struct terminal_sink nowhere = { 0 };

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
	switch ((enum parser_state)f->state) {
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
		text_broken(f, f->state == TITLE ? &nowhere : out);
	if (c == CAN || c == SUB)
		f->state = GROUND;
	else if (c == ESC)
		on_escape(f);
	else if (f->state == OSC)
		title_number_byte(f, c);
	else if (is_string)
		f->state =
		    f->state == OSC_STRING && c == BEL ? GROUND : f->state;
	else if (c < ' ')
		text_control(f, c, out);
	else if (f->state != GROUND && c < 0x80)
		sequence_byte(f, c, out);
	else if (c >= 0x80) {
		f->state = GROUND;
		text_byte(f, c, out);
	} else if (c < DEL)
		text_character(f, &c, 1, out);
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
			text_put(out, bytes + i, end - i);
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
	if (f->state >= PARSER_STATES || f->arg_count > TERMINAL_ARGS_MAX ||
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
