/* terminal_modes.c - what a terminal was told besides what stands on its screen. */
#include "gateway/base/terminal_modes.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/utf8.h"

#define AT_RESET (TERMINAL_CURSOR | TERMINAL_AUTOWRAP)

static const struct {
	uint16_t number;
	bool is_private;
	uint32_t bit;
} flags[] = {
	{ 1, true, TERMINAL_CURSOR_KEYS },
	{ 4, false, TERMINAL_INSERT },
	{ 5, true, TERMINAL_REVERSE },
	{ 6, true, TERMINAL_ORIGIN },
	{ 7, true, TERMINAL_AUTOWRAP },
	{ 12, true, TERMINAL_BLINK },
	{ 25, true, TERMINAL_CURSOR },
	{ 47, true, TERMINAL_ALTERNATE },
	{ 66, true, TERMINAL_KEYPAD },
	{ 1004, true, TERMINAL_FOCUS },
	{ 1047, true, TERMINAL_ALTERNATE },
	{ 1049, true, TERMINAL_ALTERNATE },
	{ 2004, true, TERMINAL_PASTE },
};

/* Of these one at a time is on, and none once any was reset. */
static const uint16_t mice[] = { 9, 1000, 1002, 1003 };
static const uint16_t encodings[] = { 1005, 1006, 1015, 1016 };

/* What is about cells, and disturbs who paints them. */
#define OF_SCREEN                                                              \
	(TERMINAL_ORIGIN | TERMINAL_INSERT | TERMINAL_ALTERNATE |              \
	    TERMINAL_SAVED | TERMINAL_SHIFTED)

#define RESET_MODES                                                            \
	"\033[!p\0337\033[r\0338\033[?5l\033[?7h\033[?12l\033>\033[?1004l"     \
	"\033[?2004l\033[?9l\033[?1000l\033[?1002l\033[?1003l\033[?1005l"      \
	"\033[?1006l\033[?1015l\033[?1016l\033[>4m\033[0 q\033(B\033)B\017"    \
	"\033[m\033[?25h"

const char terminal_reset[] = "\033[?1049l" RESET_MODES;
const char terminal_reset_modes[] = RESET_MODES;

void
terminal_modes_reset(struct terminal_modes *m)
{
	*m = (struct terminal_modes){ .on = AT_RESET, .charset = { 'B', 'B' } };
}

static bool
is_in(const uint16_t *list, size_t n, unsigned number)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

/* Cut at the first character that the filter lets into no title. */
static void
bound_title(char *title)
{
	uint32_t code;

	title[TERMINAL_TITLE_SIZE - 1] = '\0';
	while (*title != '\0') {
		size_t n = utf8_next(title, &code);

		if (code < ' ' || (code >= 0x7f && code < 0xa0) ||
		    (code == 0xfffd && n == 1))
			*title = '\0';
		else
			title += n;
	}
}

void
terminal_modes_bound(struct terminal_modes *m)
{
	m->on &= TERMINAL_MODE_BITS;
	if (m->top >= m->bottom)
		m->top = m->bottom = 0;
	if (!is_in(mice, COUNT_OF(mice), m->mouse))
		m->mouse = 0;
	if (!is_in(encodings, COUNT_OF(encodings), m->mouse_encoding))
		m->mouse_encoding = 0;
	if (m->cursor_style > TERMINAL_CURSOR_STYLE_MAX)
		m->cursor_style = 0;
	if (m->other_keys > TERMINAL_OTHER_KEYS_MAX)
		m->other_keys = 0;
	for (size_t i = 0; i < COUNT_OF(m->charset); i++) {
		if (m->charset[i] != '0')
			m->charset[i] = 'B';
	}
	m->has_pushed = m->has_pushed != 0;
	bound_title(m->title);
	bound_title(m->pushed);
}

bool
terminal_modes_set(struct terminal_modes *m, unsigned number, bool is_private,
    bool on)
{
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		if (flags[i].number != number ||
		    flags[i].is_private != is_private)
			continue;
		if (flags[i].bit == TERMINAL_ALTERNATE)
			m->on &= ~(uint32_t)TERMINAL_SAVED;
		m->on = on ? m->on | flags[i].bit : m->on & ~flags[i].bit;
		return true;
	}
	if (is_private && is_in(mice, COUNT_OF(mice), number)) {
		m->mouse = on ? (uint16_t)number : 0;
		return true;
	}
	if (is_private && is_in(encodings, COUNT_OF(encodings), number)) {
		m->mouse_encoding = on ? (uint16_t)number : 0;
		return true;
	}
	return false;
}

bool
terminal_modes_is_screen(unsigned number)
{
	return number == 47 || number == 1047 || number == 1049;
}

void
terminal_modes_soft_reset(struct terminal_modes *m)
{
	m->on &= ~(uint32_t)(TERMINAL_CURSOR_KEYS | TERMINAL_KEYPAD |
			     TERMINAL_ORIGIN | TERMINAL_INSERT |
			     TERMINAL_SAVED | TERMINAL_SHIFTED);
	m->on |= AT_RESET;
	m->top = m->bottom = 0;
	m->cursor_style = 0;
	m->charset[0] = m->charset[1] = 'B';
}

size_t
terminal_modes_write(const struct terminal_modes *m, char *to)
{
	size_t n = 0;

#define ADD(...)                                                               \
	n += (size_t)snprintf(to + n, TERMINAL_MODES_BYTES - n, __VA_ARGS__)
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		uint32_t bit = flags[i].bit & ~(uint32_t)TERMINAL_KEYPAD;

		if ((bit & OF_SCREEN) == 0 && ((m->on ^ AT_RESET) & bit) != 0)
			ADD("\033[?%u%c", flags[i].number,
			    (m->on & bit) != 0 ? 'h' : 'l');
	}
	if ((m->on & TERMINAL_KEYPAD) != 0) /* not every terminal knows 66 */
		ADD("\033=");
	if (m->mouse != 0)
		ADD("\033[?%uh", m->mouse);
	if (m->mouse_encoding != 0)
		ADD("\033[?%uh", m->mouse_encoding);
	if (m->cursor_style != 0)
		ADD("\033[%u q", m->cursor_style);
	if (m->other_keys != 0)
		ADD("\033[>4;%um", m->other_keys);
	/* A title that nobody set is the terminal's own, which stays so. */
	if (m->has_pushed != 0 && m->pushed[0] != '\0')
		ADD("\033]2;%s\a", m->pushed);
	if (m->has_pushed != 0)
		ADD("\033[22;2t");
	if (m->title[0] != '\0' || m->pushed[0] != '\0')
		ADD("\033]2;%s\a", m->title);
#undef ADD
	return n;
}
