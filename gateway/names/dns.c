/* dns.c - questions and answers of DNS as bytes. */
#include "gateway/names/dns.h"

#include <arpa/nameser.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#define HEADER	    12
#define ALIASES_MAX 16	 /* one after the other */
#define EDNS_SIZE   1232 /* what passes everywhere in one piece */
#define RECORD	    16	 /* an address in a reply */

static void
put16(uint8_t *to, unsigned v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

static void
put32(uint8_t *to, uint32_t v)
{
	put16(to, v >> 16);
	put16(to + 2, v & 0xffff);
}

static uint32_t
get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 |
	       (uint32_t)from[2] << 8 | from[3];
}

/* --- a question ------------------------------------------------------------- */

/* The one question of a message whose other parts do not matter. */
static bool
read_only_question(ns_msg *m, const uint8_t *bytes, size_t size, ns_rr *to)
{
	return size <= INT_MAX && ns_initparse(bytes, (int)size, m) == 0 &&
	       ns_msg_getflag(*m, ns_f_opcode) == ns_o_query &&
	       ns_msg_count(*m, ns_s_qd) == 1 &&
	       ns_parserr(m, ns_s_qd, 0, to) == 0;
}

/* Small letters, or nothing where it can be no host's. */
static void
copy_name(char to[HOST_NAME_SIZE], const char *from)
{
	size_t n = 0;

	for (; from[n] != '\0' && n + 1 < HOST_NAME_SIZE; n++)
		to[n] = (char)(from[n] >= 'A' && from[n] <= 'Z'
				   ? from[n] - 'A' + 'a'
				   : from[n]);
	to[n] = '\0';
	if (from[n] != '\0' || !is_host_name(to))
		to[0] = '\0';
}

/* How long the name at the beginning is, where no part of it lies elsewhere; 0: one
 * does. */
static size_t
plain_length(const uint8_t *bytes, size_t size)
{
	for (size_t n = HEADER; n < size && bytes[n] < 64; n += bytes[n] + 1u) {
		if (bytes[n] == 0)
			return n + 1 - HEADER;
	}
	return 0;
}

bool
dns_question_read(struct dns_question *to, const uint8_t *bytes, size_t size)
{
	ns_msg m;
	ns_rr rr;
	size_t name;

	if (!read_only_question(&m, bytes, size, &rr) ||
	    ns_msg_getflag(m, ns_f_qr) != 0)
		return false;
	name = plain_length(bytes, size);
	if (name == 0 || name + 4 > sizeof(to->bytes))
		return false;
	to->id = (uint16_t)ns_msg_id(m);
	to->type = (uint16_t)ns_rr_type(rr);
	to->is_internet = ns_rr_class(rr) == ns_c_in;
	copy_name(to->name, ns_rr_name(rr));
	to->size = name + 4;
	memcpy(to->bytes, bytes + HEADER, to->size);
	return true;
}

size_t
dns_question_write(uint8_t to[DNS_ASKED_MAX], uint16_t id, const char *name)
{
	size_t n = HEADER;

	memset(to, 0, HEADER);
	put16(to, id);
	to[2] = 1; /* it is to find out, and not to tell only what it knows */
	put16(to + 4, 1);
	put16(to + 10, 1);
	for (const char *at = name; *at != '\0';) {
		size_t part = strcspn(at, ".");

		to[n++] = (uint8_t)part;
		memcpy(to + n, at, part);
		n += part;
		at += part + (at[part] == '.');
	}
	to[n++] = 0;
	put16(to + n, ns_t_a);
	put16(to + n + 2, ns_c_in);
	/* How long its answer may be: RFC 6891. */
	memset(to + n + 4, 0, 11);
	put16(to + n + 5, ns_t_opt);
	put16(to + n + 7, EDNS_SIZE);
	return n + 4 + 11;
}

/* --- an answer -------------------------------------------------------------- */

/* A time that is none is no time: RFC 2181, 8. */
static void
note_seconds(struct dns_answer *a, const ns_rr *rr)
{
	uint32_t seconds = ns_rr_ttl(*rr) > INT32_MAX ? 0 : ns_rr_ttl(*rr);

	if (seconds < a->seconds)
		a->seconds = seconds;
}

/* Another name of that one; false: it has none. */
static bool
follow(ns_msg *m, char name[NS_MAXDNAME], struct dns_answer *a)
{
	ns_rr rr;

	for (int i = 0; i < ns_msg_count(*m, ns_s_an); i++) {
		if (ns_parserr(m, ns_s_an, i, &rr) == -1)
			return false;
		if (ns_rr_type(rr) != ns_t_cname ||
		    ns_rr_class(rr) != ns_c_in ||
		    strcasecmp(ns_rr_name(rr), name) != 0)
			continue;
		note_seconds(a, &rr);
		return ns_name_uncompress(ns_msg_base(*m), ns_msg_end(*m),
			   ns_rr_rdata(rr), name, NS_MAXDNAME) != -1;
	}
	return false;
}

static void
take_addresses(ns_msg *m, const char *name, struct dns_answer *a)
{
	ns_rr rr;

	for (int i = 0;
	     i < ns_msg_count(*m, ns_s_an) && a->count < DNS_ADDRESSES_MAX;
	     i++) {
		if (ns_parserr(m, ns_s_an, i, &rr) == -1)
			return;
		if (ns_rr_type(rr) != ns_t_a || ns_rr_class(rr) != ns_c_in ||
		    ns_rr_rdlen(rr) != 4 ||
		    strcasecmp(ns_rr_name(rr), name) != 0)
			continue;
		note_seconds(a, &rr);
		a->address[a->count++] = get32(ns_rr_rdata(rr));
	}
}

enum dns_answered
dns_answer_read(struct dns_answer *to, uint16_t id, const char *asked,
    const uint8_t *bytes, size_t size)
{
	char name[NS_MAXDNAME];
	ns_msg m;
	ns_rr rr;
	int code;

	*to = (struct dns_answer){ .seconds = INT32_MAX };
	if (!read_only_question(&m, bytes, size, &rr) ||
	    ns_msg_getflag(m, ns_f_qr) == 0 || ns_msg_id(m) != id ||
	    ns_rr_type(rr) != ns_t_a || ns_rr_class(rr) != ns_c_in ||
	    strcasecmp(ns_rr_name(rr), asked) != 0)
		return DNS_OTHER;
	code = ns_msg_getflag(m, ns_f_rcode);
	if (code != ns_r_noerror)
		return code == ns_r_nxdomain ? DNS_HAS_NO_NAME : DNS_FAILED;
	memcpy(name, ns_rr_name(rr), strlen(ns_rr_name(rr)) + 1);
	for (int i = 0; i < ALIASES_MAX && to->count == 0; i++) {
		take_addresses(&m, name, to);
		if (to->count == 0 && !follow(&m, name, to))
			break;
	}
	if (to->count > 0)
		return DNS_HAS;
	/* What was cut off may have had some. */
	return ns_msg_getflag(m, ns_f_tc) != 0 ? DNS_FAILED : DNS_HAS_NONE;
}

/* --- a reply ---------------------------------------------------------------- */

size_t
dns_reply_write(uint8_t to[DNS_REPLY_MAX], const struct dns_question *q,
    enum dns_code code, const struct dns_answer *answer)
{
	unsigned count = 0;
	size_t n = HEADER;

	memset(to, 0, HEADER);
	memcpy(to + n, q->bytes, q->size);
	n += q->size;
	while (answer != NULL && count < answer->count &&
	       n + RECORD <= DNS_REPLY_MAX) {
		put16(to + n, 0xc000 | HEADER); /* the name of the question */
		put16(to + n + 2, ns_t_a);
		put16(to + n + 4, ns_c_in);
		put32(to + n + 6, answer->seconds);
		put16(to + n + 10, 4);
		put32(to + n + 12, answer->address[count++]);
		n += RECORD;
	}
	put16(to, q->id);
	to[2] = 0x81;			/* a reply; it was to find out, */
	to[3] = (uint8_t)(0x80 | code); /* and that can be done */
	put16(to + 4, 1);
	put16(to + 6, count);
	return n;
}
