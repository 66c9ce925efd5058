/*
 * seat.h - a seat for this connection: which lab, and is there room?
 *
 * Nothing is asked before a channel is open, or wants to be forwarded.  The
 * monitor's answers arrive through the loop, except for ask_seat_now().
 */
#ifndef ATOLL_SESSION_SEAT_H
#define ATOLL_SESSION_SEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

struct session;
struct channel;
struct menu;

/*
 * There is no seat; the labs are being listed; the student reads the menu; the
 * monitor was asked for a seat; it gave us the link to init.
 */
enum seat_state {
	SEAT_NONE,
	SEAT_LISTING,
	SEAT_CHOOSING,
	SEAT_OPENING,
	SEAT_TAKEN,
};

struct seat {
	enum seat_state state;
	struct menu *menu;   /* owned; from listing until a choice
				was good */
	char *banner, *motd; /* owned; NULL for none */
	uint32_t forwarding; /* bits of enum forwarding */
	char peer[64];	     /* the client's address as the monitor knows it,
				and its port; empty before a seat */
	uint32_t peer_port;
	bool was_sought; /* at least once */
	bool is_queued;	 /* while opening */
};

/* Take the next step for channels that wait for a seat. */
void ask_advance(struct session *s);

/*
 * Take a seat and wait for it, at most some seconds: from inside a callback,
 * for a client that has asked for forwarding and for no process.  False when it
 * would have to choose a lab or stand in the queue.
 */
bool ask_seat_now(struct session *s);

/* May the client lend its agent, as far as is known before there is a seat? */
bool ask_may_have_agent(const struct session *s);

/* LAB, LABS_END, SEAT_WAIT, SEAT_READY or SEAT_REFUSED. */
void ask_on_message(struct session *s, struct msg *m);

/* The sandbox is gone; the next channel may ask for another. */
void ask_seat_lost(struct session *s);

#endif
