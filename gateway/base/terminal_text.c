/* terminal_text.c - single characters, and where output goes. */
#include "gateway/base/terminal_text.h"

#include <string.h>

void
text_put(const struct terminal_sink *out, const void *bytes, size_t n)
{
	if (out->bytes != NULL && n > 0)
		out->bytes(out->self, bytes, n);
}

void
text_put_string(const struct terminal_sink *out, const char *text)
{
	text_put(out, text, strlen(text));
}

/* BEL, BS, HT, LF, VT, FF, CR draw or ring; NUL and DEL do nothing, ENQ is
 * answered, the others are for a line to a modem. */
void
text_control(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out)
{
	if (c == SO)
		f->modes.on |= TERMINAL_SHIFTED;
	else if (c == SI)
		f->modes.on &= ~(uint32_t)TERMINAL_SHIFTED;
	else if (c < BEL || c > '\r')
		return;
	text_put(out, &c, 1);
}

/* For CSI b, which repeats it. */
void
text_character(struct terminal_filter *f, const uint8_t *code, uint8_t n,
    const struct terminal_sink *out)
{
	if (f->state == GROUND) {
		memcpy(f->last, code, n);
		f->last_length = n;
	}
	text_put(out, code, n);
}

void
text_broken(struct terminal_filter *f, const struct terminal_sink *out)
{
	f->code_have = f->code_need = 0;
	text_character(f, (const uint8_t *)"\xef\xbf\xbd", 3, out);
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
void
text_byte(struct terminal_filter *f, uint8_t c, const struct terminal_sink *out)
{
	if (f->code_need > 0 && !continues(f, c))
		text_broken(f, out);
	if (f->code_need > 0) {
		f->code[f->code_have++] = c;
		if (f->code_have < f->code_need)
			return;
		if (f->code[0] != 0xc2 || f->code[1] >= 0xa0)
			text_character(f, f->code, f->code_need, out);
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
		text_broken(f, out);
	}
}
