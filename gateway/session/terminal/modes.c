/*
 * modes.c - the modes of a terminal, as a client asks for them.
 *
 * The numbers are those of RFC 4254, section 8, and RFC 8160.
 */
#include "gateway/session/terminal/modes.h"

#include <termios.h>
#include <unistd.h>

#include "gateway/base/array.h"

enum {
	OP_END = 0,
	OP_OUTPUT_SPEED = 129, /* 128 is that of the input */
	OP_NUMBERS_END = 160,  /* from here on they have no known length */
	CHARACTER_NONE = 255,
};

static const struct {
	uint8_t op;
	uint8_t index;
} characters[] = {
	{ 1, VINTR },
	{ 2, VQUIT },
	{ 3, VERASE },
	{ 4, VKILL },
	{ 5, VEOF },
	{ 6, VEOL },
	{ 7, VEOL2 },
	{ 8, VSTART },
	{ 9, VSTOP },
	{ 10, VSUSP },
	{ 12, VREPRINT },
	{ 13, VWERASE },
	{ 14, VLNEXT },
	{ 16, VSWTC },
	{ 18, VDISCARD },
};

static const struct {
	uint8_t op;
	uint8_t word;
	uint32_t bits;
} flags[] = {
	{ 30, MODES_INPUT, IGNPAR },
	{ 31, MODES_INPUT, PARMRK },
	{ 32, MODES_INPUT, INPCK },
	{ 33, MODES_INPUT, ISTRIP },
	{ 34, MODES_INPUT, INLCR },
	{ 35, MODES_INPUT, IGNCR },
	{ 36, MODES_INPUT, ICRNL },
	{ 37, MODES_INPUT, IUCLC },
	{ 38, MODES_INPUT, IXON },
	{ 39, MODES_INPUT, IXANY },
	{ 40, MODES_INPUT, IXOFF },
	{ 41, MODES_INPUT, IMAXBEL },
	{ 42, MODES_INPUT, IUTF8 },
	{ 50, MODES_LOCAL, ISIG },
	{ 51, MODES_LOCAL, ICANON },
	{ 52, MODES_LOCAL, XCASE },
	{ 53, MODES_LOCAL, ECHO },
	{ 54, MODES_LOCAL, ECHOE },
	{ 55, MODES_LOCAL, ECHOK },
	{ 56, MODES_LOCAL, ECHONL },
	{ 57, MODES_LOCAL, NOFLSH },
	{ 58, MODES_LOCAL, TOSTOP },
	{ 59, MODES_LOCAL, IEXTEN },
	{ 60, MODES_LOCAL, ECHOCTL },
	{ 61, MODES_LOCAL, ECHOKE },
	{ 62, MODES_LOCAL, PENDIN },
	{ 70, MODES_OUTPUT, OPOST },
	{ 71, MODES_OUTPUT, OLCUC },
	{ 72, MODES_OUTPUT, ONLCR },
	{ 73, MODES_OUTPUT, OCRNL },
	{ 74, MODES_OUTPUT, ONOCR },
	{ 75, MODES_OUTPUT, ONLRET },
	{ 90, MODES_CONTROL, CS7 },
	{ 91, MODES_CONTROL, CS8 },
	{ 92, MODES_CONTROL, PARENB },
	{ 93, MODES_CONTROL, PARODD },
};

static const struct {
	uint32_t baud;
	speed_t code;
} speeds[] = {
	{ 50, B50 },
	{ 75, B75 },
	{ 110, B110 },
	{ 134, B134 },
	{ 150, B150 },
	{ 200, B200 },
	{ 300, B300 },
	{ 600, B600 },
	{ 1200, B1200 },
	{ 1800, B1800 },
	{ 2400, B2400 },
	{ 4800, B4800 },
	{ 9600, B9600 },
	{ 19200, B19200 },
	{ 38400, B38400 },
	{ 57600, B57600 },
	{ 115200, B115200 },
	{ 230400, B230400 },
	{ 460800, B460800 },
	{ 921600, B921600 },
};

static void
set_flag(struct modes *m, unsigned word, uint32_t bits, uint32_t value)
{
	m->known[word] |= bits;
	if (value != 0)
		m->set[word] |= bits;
	else
		m->set[word] &= ~bits;
}

static void
set_character(struct modes *m, uint32_t index, uint32_t value)
{
	if (m->characters.count == IDS_MAX || value > CHARACTER_NONE)
		return;
	if (value == CHARACTER_NONE)
		value = _POSIX_VDISABLE;
	m->characters.id[m->characters.count++] = index << 8 | value;
}

/* The kernel has one speed for both ways, and so have clients. */
static void
set_speed(struct modes *m, uint32_t baud)
{
	for (size_t i = 0; i < COUNT_OF(speeds); i++) {
		if (speeds[i].baud != baud)
			continue;
		set_flag(m, MODES_CONTROL, CBAUD, 0);
		set_flag(m, MODES_CONTROL, speeds[i].code, 1);
	}
}

static void
set_mode(struct modes *m, uint8_t op, uint32_t value)
{
	if (op == OP_OUTPUT_SPEED)
		set_speed(m, value);
	for (size_t i = 0; i < COUNT_OF(characters); i++) {
		if (characters[i].op == op)
			set_character(m, characters[i].index, value);
	}
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		if (flags[i].op == op)
			set_flag(m, flags[i].word, flags[i].bits, value);
	}
}

void
modes_read(struct wire encoded, struct modes *m)
{
	*m = (struct modes){ 0 };
	while (encoded.left > 0) {
		uint8_t op = wire_u8(&encoded);
		uint32_t value = wire_u32(&encoded);

		if (op == OP_END || op >= OP_NUMBERS_END || encoded.is_bad)
			return;
		set_mode(m, op, value);
	}
}
