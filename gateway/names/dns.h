/*
 * dns.h - questions and answers of DNS as bytes (RFC 1035).
 *
 * They are of strangers: questions of students, answers of whoever owns a name.  They
 * are taken apart by ns_initparse(3) of the C library, which opens nothing and asks
 * nobody.  What is written here is made anew: of an answer only numbers go on to a
 * sandbox, and of a question only the name and, in the answer to it, its own bytes.
 */
#ifndef ATOLL_NAMES_DNS_H
#define ATOLL_NAMES_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/egress_name.h"

#define DNS_REPLY_MAX	  512 /* of a sandbox's: none is ever cut */
#define DNS_ADDRESSES_MAX 16  /* of a name; with more it still works */
#define DNS_TYPE_A	  1
#define DNS_TYPE_AAAA	  28

/* Of a reply, see RFC 1035, 4.1.1. */
enum dns_code {
	DNS_FINE = 0,
	DNS_BROKEN = 2,
	DNS_NO_SUCH_NAME = 3,
	DNS_REFUSED = 5
};

struct dns_question {
	uint16_t id, type;
	bool is_internet;	   /* its class */
	char name[HOST_NAME_SIZE]; /* in small letters; empty: no host's */
	uint8_t bytes[260];	   /* as it was asked */
	size_t size;
};

/* False: it is none, and is not answered. */
bool dns_question_read(struct dns_question *to, const uint8_t *bytes,
    size_t size);

/* Ask a resolver for the IPv4 addresses of a host. */
#define DNS_ASKED_MAX (12 + 260 + 11)
size_t dns_question_write(uint8_t to[DNS_ASKED_MAX], uint16_t id,
    const char *name);

enum dns_answered {
	DNS_OTHER, /* it is no answer to that */
	DNS_HAS,
	DNS_HAS_NONE,	 /* no such address, */
	DNS_HAS_NO_NAME, /* or not even the name */
	DNS_FAILED
};

struct dns_answer {
	uint32_t address[DNS_ADDRESSES_MAX]; /* in the host's byte order */
	unsigned count;
	uint32_t seconds; /* it holds for so long */
};

/* What a resolver said to the question for that host with that id. */
enum dns_answered dns_answer_read(struct dns_answer *to, uint16_t id,
    const char *name, const uint8_t *bytes, size_t size);

/* The reply to a question; addresses only where its type is DNS_TYPE_A. */
size_t dns_reply_write(uint8_t to[DNS_REPLY_MAX], const struct dns_question *q,
    enum dns_code code, const struct dns_answer *answer);

#endif
