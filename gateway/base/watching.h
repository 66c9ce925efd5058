/*
 * watching.h - what whoever watches a terminal is sent, and says.
 *
 * A SOCK_SEQPACKET socketpair between atoll-recorder and the tool, or the session, that
 * shows it.  Packets are of frames, as those of a tap (tap.h):
 *	TAP_SIZE	the terminal's rows and columns; and to the recorder those of
 *			the window that shows it
 *	WATCH_PICTURE	alone with the terminal's size in a packet that has a
 *			descriptor, a sealed memfd of bytes: all that was shown is
 *			replaced by what these paint; the window is of that size.
 *			In the frame are two u32: where a line may be put into it
 *			(struct paint_note), in the order of this host's bytes
 *	WATCH_VIEW	likewise with rows as of screen/view.h, for a window of
 *			another size
 *	TAP_OUTPUT	bytes to be shown after a picture
 *	WATCH_SEEK	to the recorder, where it plays a recording: u64, milliseconds
 *			since that began, in the order of this host's bytes.  Nothing
 *			is shown before, and asked for again once that was answered
 *	WATCH_AT	its answer, in the packet of a view, or alone when the view is
 *			still the same: u64 how far it is, u64 of how much
 *	TAP_MARKER	alone, and nothing follows: why a recording is not played
 *	TAP_END		nothing follows
 * Whoever shows them filters them all the same (terminal_filter.h): a recorder that was
 * taken over types nothing either.
 */
#ifndef ATOLL_BASE_WATCHING_H
#define ATOLL_BASE_WATCHING_H

#include "gateway/base/tap.h"

enum watch_kind {
	WATCH_PICTURE = 64,
	WATCH_VIEW,
	WATCH_SEEK,
	WATCH_AT,
};

/* The most that a picture has. */
#define WATCH_PICTURE_MAX (256u << 10)

/* Rows of the window that are kept for the line that tells what is watched; not where
 * the window is of the terminal's own size. */
#define WATCH_LINE_ROWS 1u

#endif
