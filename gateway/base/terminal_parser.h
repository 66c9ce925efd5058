/*
 * terminal_parser.h - the state of a parser of terminal bytes, and what takes its
 * output.
 *
 * The parser is that of the DEC terminals (vt100.net/emu/dec_ansi_parser), with
 * UTF-8 for the right half of the code table.  terminal_filter.h has its contract;
 * its parts are text, sequence, csi, sgr, escape and title.
 */
#ifndef ATOLL_BASE_TERMINAL_PARSER_H
#define ATOLL_BASE_TERMINAL_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/terminal_modes.h"

/* Of terminal_filter.state.  Part of what a ring keeps, see terminal_ring.h. */
enum parser_state {
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
	PARSER_STATES
};

/* Controls. */
enum {
	BEL = 0x07,
	SO = 0x0e,
	SI = 0x0f,
	CAN = 0x18,
	SUB = 0x1a,
	ESC = 0x1b,
	DEL = 0x7f
};

#define TERMINAL_ARGS_MAX   16
#define TERMINAL_ARG_MAX    9999
#define TERMINAL_REPEAT_MAX 1000 /* of CSI b */
#define TERMINAL_ARG_NONE   UINT16_MAX

struct terminal_filter {
	struct terminal_modes modes; /* after the last whole sequence */
	uint8_t state;		     /* enum parser_state */
	uint8_t prefix;		     /* of CSI: one of <=>? or 0 */
	uint8_t intermediate;	     /* ' '..'/' or 0 */
	uint8_t is_bad;		     /* the sequence is dropped at its end */
	uint8_t arg_count;
	uint8_t code_have, code_need; /* bytes of a character */
	uint8_t code[4];	      /* that is not whole yet */
	uint8_t last[4];	      /* the last whole one, for CSI b */
	uint8_t last_length;
	uint16_t colons;		 /* bit n: a colon before argument n */
	uint16_t title_length;		 /* of title, while it comes */
	uint16_t arg[TERMINAL_ARGS_MAX]; /* or TERMINAL_ARG_NONE */
	char title[TERMINAL_TITLE_SIZE];
};

/* What takes the output.  Either function may be NULL. */
struct terminal_sink {
	void *self;
	/* Some ASCII text, or one other character, one control, one sequence;
	 * n is never 0. */
	void (*bytes)(void *self, const uint8_t *bytes, size_t n);
	/* The next of these changes to the alternate screen, or back from it:
	 * the cursor is still where it is to come back to. */
	void (*before_screen)(void *self, bool alternate);
};

#endif
