/* terminal_sequence.c - the arguments of a control sequence, read and written. */
#include "gateway/base/terminal_sequence.h"

#include "gateway/base/terminal_text.h"

unsigned
sequence_arg(const struct terminal_filter *f, unsigned at, unsigned otherwise)
{
	return at < f->arg_count && f->arg[at] != TERMINAL_ARG_NONE ? f->arg[at]
								    : otherwise;
}

bool
sequence_has_colon(const struct terminal_filter *f, unsigned at)
{
	return at < f->arg_count && (f->colons >> at & 1) != 0;
}

void
sequence_begin(struct terminal_filter *f)
{
	f->state = CSI;
	f->prefix = f->intermediate = f->is_bad = 0;
	f->arg_count = 0;
	f->colons = 0;
}

/* A digit, ; or :, of which each argument after the first has one before it. */
void
sequence_argument(struct terminal_filter *f, uint8_t c)
{
	uint16_t *last;

	if (f->arg_count == 0)
		f->arg[f->arg_count++] = TERMINAL_ARG_NONE;
	if (c == ';' || c == ':') {
		if (f->arg_count == TERMINAL_ARGS_MAX) {
			f->state = CSI_MORE; /* the others are cut */
			return;
		}
		if (c == ':')
			f->colons |= (uint16_t)(1u << f->arg_count);
		f->arg[f->arg_count++] = TERMINAL_ARG_NONE;
		return;
	}
	last = &f->arg[f->arg_count - 1];
	if (*last == TERMINAL_ARG_NONE)
		*last = 0;
	*last = (uint16_t)(*last * 10 + (c - '0'));
	if (*last > TERMINAL_ARG_MAX)
		*last = TERMINAL_ARG_MAX;
}

void
sequence_add_byte(struct sequence *t, char c)
{
	if (c != '\0')
		t->bytes[t->n++] = c;
}

void
sequence_add_number(struct sequence *t, unsigned number)
{
	unsigned unit = 1;

	while (number / unit >= 10)
		unit *= 10;
	for (; unit > 0; unit /= 10)
		t->bytes[t->n++] = (char)('0' + number / unit % 10);
}

void
sequence_put(const struct terminal_filter *f, char final,
    const struct terminal_sink *out)
{
	struct sequence t = { "\033[", 2 };

	sequence_add_byte(&t, (char)f->prefix);
	for (unsigned i = 0; i < f->arg_count; i++) {
		if (i > 0)
			sequence_add_byte(&t, ';');
		if (f->arg[i] != TERMINAL_ARG_NONE)
			sequence_add_number(&t, f->arg[i]);
	}
	sequence_add_byte(&t, (char)f->intermediate);
	sequence_add_byte(&t, final);
	text_put(out, t.bytes, t.n);
}
