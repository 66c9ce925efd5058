/* terminal_title.c - the title of the window: of all strings the one that is let
 * through. */
#include "gateway/base/terminal_title.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/terminal_sequence.h"
#include "gateway/base/terminal_text.h"

void
title_put(const struct terminal_filter *f, const struct terminal_sink *out)
{
	char text[TERMINAL_TITLE_SIZE + 8];

	text_put(out, text,
	    (size_t)snprintf(text, sizeof(text), "\033]2;%s\a",
		f->modes.title));
}

void
title_number_byte(struct terminal_filter *f, uint8_t c)
{
	if (c >= '0' && c <= '9') {
		sequence_argument(f, c);
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

void
title_end(struct terminal_filter *f, const struct terminal_sink *out)
{
	f->state = GROUND;
	f->title[f->title_length] = '\0';
	memset(f->modes.title, 0, sizeof(f->modes.title));
	memcpy(f->modes.title, f->title, f->title_length);
	title_put(f, out);
}

void
title_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out)
{
	const struct terminal_sink title = { .self = f, .bytes = title_add };

	if (c < 0x80 && f->code_need > 0)
		text_broken(f, &title);
	if (c == BEL)
		title_end(f, out);
	else if (c >= 0x80)
		text_byte(f, c, &title);
	else if (c >= ' ' && c < DEL)
		title_add(f, &c, 1);
}
