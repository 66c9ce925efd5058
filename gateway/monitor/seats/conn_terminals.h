/*
 * conn_terminals.h - the terminals that connections have, and their taps.
 *							Process: monitor.
 *
 * A session tells of each terminal that runs on a channel of its own, and of its
 * end.  One that is to be recorded or watched has a tap: a socketpair whose one
 * end the session writes what the terminal shows to, and whose other end
 * atoll-recorder reads.  links/recorder.h opens it.
 */
#ifndef ATOLL_MONITOR_SEATS_CONN_TERMINALS_H
#define ATOLL_MONITOR_SEATS_CONN_TERMINALS_H

#include "gateway/monitor/seats/registry.h"

#define CONN_TERMINALS_MAX 64 /* twice what a session's channels are */
#define TERM_SIZE	   64

/*
 * Nobody looks at it; the recorder was asked to; it does, and the session has the
 * other end; the recorder was lost, and the next one is to go on; it could not be
 * recorded, which is not tried again.
 */
enum tap_state {
	TAP_NONE,
	TAP_OPENING,
	TAP_OPEN,
	TAP_LOST,
	TAP_FAILED,
	TAP_STATES
};

struct terminal {
	LIST_ENTRY(terminal) next;
	struct conn *conn;
	uint32_t serial; /* what its session calls it */
	uint32_t number; /* in the sandbox; 0: unknown */
	uint32_t rows, cols;
	char term[TERM_SIZE];
	uint64_t since, since_ms; /* of the epoch, and of clock.h */
	bool waits; /* its session reads nothing before an answer */
	bool is_recorded;
	bool is_staged;	      /* it is its lab's stage, see stage.h */
	enum tap_state tap;   /* terminal_step() alone writes it */
	uint32_t tap_number;  /* what the recorder calls it */
	int theirs;	      /* owned while opening: the session's end */
	bool wants_earlier;   /* likewise: what was printed before, too */
	char file[TEXT_SIZE]; /* of its recording; or empty */
};

/* TERMINAL_AT: a new one, or NULL: there are too many, or no memory. */
struct terminal *terminals_add(struct conn *c, uint32_t serial,
    const struct msg_terminal_at *told);

/* One of its connection; NULL: there is none. */
struct terminal *terminals_find(const struct conn *c, uint32_t serial);

/* That of the recorder's number, or of the number in a sandbox. */
struct terminal *terminals_tapped(const struct registry *r, uint32_t tap);
struct terminal *terminals_of_seat(const struct seat *s, uint32_t number);

/* A step that its life does not have is logged, and it is copied no more. */
void terminal_step(struct terminal *t, enum tap_state next);

/* Of the build before, as it was then: what was tapped is to be tapped anew. */
void terminal_restore(struct terminal *t, enum tap_state was);

void terminals_remove(struct terminal *t);

#endif
