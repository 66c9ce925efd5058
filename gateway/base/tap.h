/*
 * tap.h - what a session copies of a terminal, as frames.
 *
 * A tap is a SOCK_SEQPACKET socketpair: the session writes packets of whole
 * frames, and never waits; the recorder reads them.  Each frame is
 *	kind	u8, enum tap_kind
 *	zero	3 bytes
 *	length	u32, of what follows the header
 *	at_ms	u64, when it was, of clock.h: both ends are on one host
 * with numbers in little-endian order.  Sessions outlive the build that started
 * them: what is here stays, kinds may be added, and one that is not known is left
 * out.
 */
#ifndef ATOLL_BASE_TAP_H
#define ATOLL_BASE_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tap_kind {
	TAP_OUTPUT = 1, /* bytes, as the program printed them */
	TAP_SIZE,	/* u16 rows, u16 cols; the first frame of a tap */
	TAP_MARKER,	/* a text about the terminal, UTF-8 */
	TAP_LOST,	/* u64: so many bytes are missing here */
	TAP_END,	/* u32 exit status, u32 signal: nothing follows */
	TAP_EARLIER, /* output of before the tap: how the screen came to be */
};

#define TAP_HEADER     16
#define TAP_BYTES_MAX  (16u << 10) /* of one frame */
#define TAP_PACKET_MAX (TAP_BYTES_MAX + 8 * TAP_HEADER + 64)
#define TAP_COLLECT_MS 20 /* so long output may wait for more of it */

struct tap_frame {
	uint8_t kind; /* enum tap_kind, or a newer one */
	uint64_t at_ms;
	const uint8_t *bytes; /* in the packet */
	size_t length;
};

/* A packet while it is filled. */
struct tap_packet {
	size_t used;
	size_t open; /* where the last frame begins, when it is output that more
			may be added to; else NO_FRAME of tap.c */
	uint8_t bytes[TAP_PACKET_MAX];
};

void tap_begin_packet(struct tap_packet *p);

/* Add a frame, false when there is no room for it; or as much of some output as
 * there is room for, and how much that was. */
bool tap_add(struct tap_packet *p, enum tap_kind kind, uint64_t at_ms,
    const void *bytes, size_t length);
size_t tap_add_output(struct tap_packet *p, enum tap_kind kind, uint64_t at_ms,
    const void *bytes, size_t length);

/* The frames with numbers in them. */
bool tap_add_size(struct tap_packet *p, uint64_t at_ms, unsigned rows,
    unsigned cols);
bool tap_add_lost(struct tap_packet *p, uint64_t at_ms, uint64_t lost);
bool tap_add_end(struct tap_packet *p, uint64_t at_ms, uint32_t status,
    uint32_t signal);

/* Take the next frame of what is left of a packet.  1, 0 at its end, -1: it is not
 * what a tap sends. */
int tap_next(const uint8_t **at, size_t *left, struct tap_frame *f);

/* What is in such a frame; false: it is too short. */
bool tap_read_size(const struct tap_frame *f, unsigned *rows, unsigned *cols);
bool tap_read_lost(const struct tap_frame *f, uint64_t *lost);
bool tap_read_end(const struct tap_frame *f, uint32_t *status,
    uint32_t *signal);

#endif
