/*
 * terminal_modes.h - what a terminal was told besides what stands on its screen.
 *
 * Pure.  No pointers: the state may lie in memory that two processes share, be
 * copied, and outlive a build as long as TERMINAL_RING_VERSION is the same.
 */
#ifndef ATOLL_BASE_TERMINAL_MODES_H
#define ATOLL_BASE_TERMINAL_MODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMINAL_TITLE_SIZE	  256 /* with its NUL */
#define TERMINAL_CURSOR_STYLE_MAX 6
#define TERMINAL_OTHER_KEYS_MAX	  2

/* Bits of terminal_modes.on; terminal_modes.c has their numbers. */
enum terminal_mode {
	TERMINAL_CURSOR = 1 << 0,      /* ?25, it is seen */
	TERMINAL_CURSOR_KEYS = 1 << 1, /* ?1, DECCKM */
	TERMINAL_KEYPAD = 1 << 2,      /* ?66 and ESC = */
	TERMINAL_REVERSE = 1 << 3,     /* ?5, dark on light */
	TERMINAL_ORIGIN = 1 << 4,     /* ?6, rows count from the region's top */
	TERMINAL_AUTOWRAP = 1 << 5,   /* ?7 */
	TERMINAL_BLINK = 1 << 6,      /* ?12, the cursor */
	TERMINAL_FOCUS = 1 << 7,      /* ?1004, tells when it gains the focus */
	TERMINAL_PASTE = 1 << 8,      /* ?2004, brackets what is pasted */
	TERMINAL_INSERT = 1 << 9,     /* 4 */
	TERMINAL_ALTERNATE = 1 << 10, /* ?47, ?1047, ?1049 */
	TERMINAL_SAVED = 1 << 11,     /* ESC 7 saved a cursor of this screen */
	TERMINAL_SHIFTED = 1 << 12,   /* SO: G1 is in use */
	TERMINAL_MODE_BITS = (1 << 13) - 1
};

struct terminal_modes {
	uint32_t on;
	/* The scroll region, rows from 1; 0 and 0: the whole screen. */
	uint16_t top, bottom;
	uint16_t mouse;		 /* 9, 1000, 1002, 1003; 0: tells nothing */
	uint16_t mouse_encoding; /* 1005, 1006, 1015, 1016; 0: the oldest */
	uint8_t cursor_style;	 /* of CSI SP q; 0: the terminal's own */
	uint8_t other_keys;	 /* modifyOtherKeys of CSI > m */
	uint8_t has_pushed;	 /* a title, with CSI 22 t */
	uint8_t charset[2];	 /* of G0 and G1: 'B' ASCII, '0' lines */
	char title[TERMINAL_TITLE_SIZE];
	/* With has_pushed: what it was when it was put on the stack of titles,
	 * of which the top is kept. */
	char pushed[TERMINAL_TITLE_SIZE];
};

/* As a terminal is when it is switched on. */
void terminal_modes_reset(struct terminal_modes *m);

/* Make a state from another process valid: every value one that it can have. */
void terminal_modes_bound(struct terminal_modes *m);

/* The private mode of that number, or without is_private the ANSI mode, is set
 * or reset.  False: no terminal of ours has it, and *m is as it was. */
bool terminal_modes_set(struct terminal_modes *m, unsigned number,
    bool is_private, bool on);

/* Is that private mode TERMINAL_ALTERNATE? */
bool terminal_modes_is_screen(unsigned number);

/* CSI ! p, which leaves screen, mouse and title as they are. */
void terminal_modes_soft_reset(struct terminal_modes *m);

/*
 * The bytes that bring a terminal which was just reset to those modes, but for
 * what is about the screen and disturbs who paints it: region, origin, insert,
 * charsets, the saved cursor, and which screen it is.  Returns the length, below
 * TERMINAL_MODES_BYTES; no NUL is needed.
 */
#define TERMINAL_MODES_BYTES 1024
size_t terminal_modes_write(const struct terminal_modes *m, char *to);

/* At most, of what paints a whole terminal: a session takes no more from init. */
#define TERMINAL_PAINT_BYTES (256u << 10)

/* The bytes that make the terminal of any client one that was just reset, on its
 * primary screen, which is not erased. */
extern const char terminal_reset[];

/* The same, on whichever screen it is; the cursor stays. */
extern const char terminal_reset_modes[];

#endif
