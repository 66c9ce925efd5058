/* refusals_text.c - what a sandbox was refused on its network, as a text. */
#include "gateway/monitor/seats/refusals_text.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>

#include "gateway/base/egress.h"
#include "gateway/base/egress_name.h"
#include "gateway/config/unit.h"

/* What does not fit is left out. */
struct text {
	char *to;
	size_t used;
};

static void __attribute__((format(printf, 2, 3)))
add(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->to + t->used, LINE_SIZE - t->used, format, args);
	va_end(args);
	if (n > 0 && t->used + (size_t)n < LINE_SIZE)
		t->used += (size_t)n;
	else
		t->to[t->used] = '\0';
}

/* --- what was refused --------------------------------------------------------- */

/* 198.51.100.7:80, 198.51.100.7:53 (udp), or the protocol alone. */
static void
add_what(struct text *t, const struct refusal_noted *r)
{
	add(t, "%u.%u.%u.%u", r->address >> 24, r->address >> 16 & 0xff,
	    r->address >> 8 & 0xff, r->address & 0xff);
	if (r->protocol == IPPROTO_TCP)
		add(t, ":%u", r->port);
	else if (r->protocol == IPPROTO_UDP)
		add(t, ":%u (udp)", r->port);
	else if (r->protocol == IPPROTO_ICMP)
		add(t, " (ping)");
	else
		add(t, " (protocol %u)", r->protocol);
}

static bool
is_among(const struct lab *lab, const struct refusal_noted *r)
{
	struct err ignored;
	struct egress entry;

	if (lab == NULL || lab->egress_count == 0)
		return false;
	for (size_t i = 0; i < lab->egress[0].allow.count; i++) {
		if (egress_parse(&entry, lab->egress[0].allow.at[i],
			&ignored) == 0 &&
		    egress_allows(&entry, r->address, r->port))
			return true;
	}
	return false;
}

static void
add_noted(struct text *t, const struct lab *lab, const struct refusal_noted *r,
    uint64_t times)
{
	const struct egress one = { .network = r->address, .bits = 32 };
	const struct egress_never *never = egress_never_of(&one);

	add(t, "  ");
	add_what(t, r);
	if (never != NULL)
		add(t, " is of %s (%s), which no lab may reach", never->text,
		    never->what);
	else if (is_among(lab, r))
		add(t, " is of this gateway itself, which no lab may reach");
	else
		add(t, " is not among what this lab may reach");
	add(t, "; tried %" PRIu64 " time%s\n", times, times == 1 ? "" : "s");
}

/* --- names -------------------------------------------------------------------- */

static const char *const troubles[NAME_TROUBLES] = {
	[NAME_NOT_ALLOWED] = "is not among the names that this lab may reach",
	[NAME_UNKNOWN] = "does not resolve: there is no such name",
	[NAME_NO_ADDRESS] = "does not resolve: it has no IPv4 address",
	[NAME_UNANSWERED] = "does not resolve: the site's resolver gave no"
			    " answer; try again, and tell your instructor if it"
			    " stays so",
	[NAME_NO_RESOLVER] = "does not resolve: the site has no resolver"
			     " (network_resolver); tell your instructor",
	[NAME_BAD_ADDRESS] = "resolves only to addresses that no lab may reach:"
			     " private, or of this gateway itself",
	[NAME_TOO_MANY] = "has a new address, and this lab has no room for"
			  " more: try again in some minutes",
	[NAME_TOO_FAST] = "was asked for too fast: some questions were not"
			  " answered",
};

static void
add_names(struct text *t, const struct msg_refusals *m)
{
	const char *name = NULL;

	if (m->names.count > 0)
		add(t, "Names asked for in vain, in the last minutes:\n");
	for (uint32_t i = 0; i < m->troubles.count && i < m->name_times.count;
	     i++) {
		name = strings_next(&m->names, name);
		if (name == NULL || m->troubles.id[i] >= NAME_TROUBLES)
			return;
		add(t, "  %s %s; asked %" PRIu32 " time%s\n", name,
		    troubles[m->troubles.id[i]], m->name_times.id[i],
		    m->name_times.id[i] == 1 ? "" : "s");
	}
}

/* --- limits ------------------------------------------------------------------- */

static void
add_limits(struct text *t, const struct lab *lab, const struct msg_refusals *m)
{
	static const struct egress_options none = {
		.rate = EGRESS_RATE_DEFAULT,
		.connections = EGRESS_CONNECTIONS_DEFAULT,
		.new_per_second = EGRESS_NEW_DEFAULT,
	};
	const struct egress_options *o =
	    lab == NULL || lab->egress_count == 0 ? &none : lab->egress;
	char rate[UNIT_SIZE];

	if (m->too_many > 0)
		add(t,
		    "More than %" PRIi64 " connections at once (connections):"
		    " %" PRIu64 " packet%s dropped.\n",
		    o->connections, m->too_many,
		    m->too_many == 1 ? " was" : "s were");
	if (m->too_fast > 0)
		add(t,
		    "More than %" PRIi64 " new connections a second"
		    " (new_per_second): %" PRIu64 " packet%s dropped.\n",
		    o->new_per_second, m->too_fast,
		    m->too_fast == 1 ? " was" : "s were");
	if (m->dropped > 0) {
		unit_text(OPTION_SIZE, o->rate, rate);
		add(t,
		    "More than %s a second to here (rate): %" PRIu64
		    " packet%s dropped.\n",
		    rate, m->dropped, m->dropped == 1 ? " was" : "s were");
	}
}

/* --- all ---------------------------------------------------------------------- */

static void
add_allowed(struct text *t, const struct lab *lab)
{
	const struct texts *allow = lab == NULL || lab->egress_count == 0
					? NULL
					: &lab->egress[0].allow;

	if (allow == NULL || allow->count == 0) {
		add(t, "This lab reaches nothing outside.\n");
		return;
	}
	add(t, "This lab may reach:");
	for (size_t i = 0; i < allow->count; i++)
		add(t, "%s %s", i == 0 ? "" : ",", allow->at[i]);
	add(t, "\n");
}

static void
add_refused(struct text *t, const struct lab *lab, const struct msg_refusals *m)
{
	if (m->refused == 0) {
		add(t, "Nothing was refused.\n");
		return;
	}
	add(t, "Refused since this sandbox began: %" PRIu64 " packet%s.%s\n",
	    m->refused, m->refused == 1 ? "" : "s",
	    m->noted.count > 0 ? "  In the last minutes:" : "");
	for (uint32_t i = 0; i < m->noted.count && i < m->times.count; i++) {
		const struct refusal_noted r = refusal_unpack(m->noted.at[i]);

		add_noted(t, lab, &r, m->times.at[i]);
	}
}

void
refusals_text(const struct lab *lab, const struct msg_refusals *m,
    char to[LINE_SIZE])
{
	struct text t = { to, 0 };

	to[0] = '\0';
	add_allowed(&t, lab);
	add_refused(&t, lab, m);
	add_names(&t, m);
	add_limits(&t, lab, m);
}
