/*
 * names.h - atoll-names' one context.			Process: names.
 *
 *	sandbox			 atoll-names			  resolver
 *	what is deb.debian.org?  does its lab allow that?  ----->
 *				 an answer to that question?  <-----
 *				 atoll-net: may it have these? (NAMES_FOUND)
 *	<- those that it may	 NAMES_PASSED
 *
 *	main.c		what is done as root
 *	serve.c		the loop
 *	asks.c		questions that wait for the resolver or for atoll-net
 *	seats.c		who may ask for what
 *	dns.c		what it all looks like as bytes
 *	jail.c		what is given up
 */
#ifndef ATOLL_NAMES_NAMES_H
#define ATOLL_NAMES_NAMES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/base/bucket.h"
#include "gateway/base/egress.h"
#include "gateway/names/dns.h"
#include "gateway/wire/chan.h"

/* A sandbox whose lab allows names. */
struct names_seat {
	uint32_t number, address;
	struct egress_name allow[EGRESS_MAX];
	unsigned allow_count;
	struct bucket questions,
	    warnings;	 /* the latter that it asks too fast */
	unsigned asking; /* that wait */
	LIST_ENTRY(names_seat) all;
};
LIST_HEAD(names_seats, names_seat);

/* A question that waits; the life of one is told in asks.c. */
enum ask_state { ASK_FREE, ASK_AT_RESOLVER, ASK_AT_NET };

struct ask {
	enum ask_state state;
	uint32_t serial; /* of NAMES_FOUND; no two have the same for long */
	uint32_t seat;	 /* its number */
	struct sockaddr_in from;
	struct dns_question question;
	uint16_t id; /* at the resolver */
	int fd;	     /* a socket for this question alone; -1 */
	unsigned wrong;
	int64_t until_ms;
	struct dns_answer answer;
};
#define ASKS_MAX 256

struct names {
	struct chan builder, net;
	int sandboxes;	   /* the socket that they ask at */
	uint32_t resolver; /* 0: there is none */
	uint32_t serials;
	struct names_seats seats;
	struct ask asks[ASKS_MAX];
};

#endif
