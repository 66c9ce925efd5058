/* etc.c - what a lab adds to files of /etc in its sandboxes. */
#include "gateway/loader/etc.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "gateway/base/net_range.h"
#include "gateway/loader/check_network.h"
#include "gateway/loader/machines.h"

#define NAME_SERVERS_MAX 3 /* more are not asked, see resolv.conf(5) */

static bool
is_address(const char *text)
{
	struct in6_addr any;

	return inet_pton(AF_INET, text, &any) == 1 ||
	       inet_pton(AF_INET6, text, &any) == 1;
}

static bool
is_host_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

	return text[0] != '\0' && text[0] != '-' && text[0] != '.' &&
	       text[strspn(text, letters)] == '\0';
}

/* A line of resolv.conf that is let through as it stands. */
static bool
is_plain_line(const char *text)
{
	if (strncmp(text, "search ", 7) != 0 &&
	    strncmp(text, "options ", 8) != 0)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

/* --- as text ------------------------------------------------------------- */

/* Append, and say how long all of it would be. */
static size_t
append(char to[LINE_SIZE], size_t at, const char *fmt, ...)
{
	size_t left = at < LINE_SIZE ? LINE_SIZE - at : 0;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(left == 0 ? NULL : to + at, left, fmt, ap);
	va_end(ap);
	return at + (n < 0 ? 0 : (size_t)n);
}

/* The interface of m that our machine reaches by its name: one on a network of ours,
 * or the first. */
static size_t
nearest(const struct lab *lab, const struct machine *m)
{
	const struct machine *own = lab->machine;

	for (size_t i = 0; i < m->link_count; i++) {
		for (size_t k = 0; own != NULL && k < own->link_count; k++) {
			if (m->link[i].network == own->link[k].network)
				return i;
		}
	}
	return 0;
}

/* Where networks have names, each address has one of its own: gate.office. */
static size_t
write_machine(const struct lab *lab, const struct machine *m,
    char to[LINE_SIZE], size_t at)
{
	size_t by_name = nearest(lab, m);

	for (size_t i = 0; i < m->link_count; i++) {
		const struct lan_link *l = &m->link[i];
		uint32_t a = l->address;

		at = append(to, at,
		    "%" PRIu32 ".%" PRIu32 ".%" PRIu32 ".%" PRIu32 "\t",
		    a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
		if (i == by_name)
			at = append(to, at, "%s", m->name);
		if (i == by_name && lab->network_count != 0)
			at = append(to, at, " ");
		if (lab->network_count != 0)
			at = append(to, at, "%s.%s", m->name,
			    lab->networks[l->network].name);
		at = append(to, at, "\n");
	}
	return at;
}

static size_t
write_hosts(const struct lab *lab, char to[LINE_SIZE])
{
	size_t at = append(to, 0, "%s", "");

	for (size_t i = 0; i < lab->host_count; i++) {
		const struct host *h = &lab->hosts[i];

		at = append(to, at, "%s", h->address);
		for (size_t k = 0; k < h->names.count; k++)
			at = append(to, at, "%c%s", k == 0 ? '\t' : ' ',
			    h->names.at[k]);
		at = append(to, at, "\n");
	}
	for (size_t i = 0; i < lab->machine_count; i++)
		at = write_machine(lab, &lab->machines[i], to, at);
	return at;
}

static size_t
write_resolv_conf(const struct lab *lab, char to[LINE_SIZE])
{
	size_t at = append(to, 0, "%s", "");

	/* No other can be asked for the names that it allows. */
	if (egress_has_names(lab))
		at = append(to, at, "nameserver " NET_GATEWAY_TEXT "\n");
	for (size_t i = 0; i < lab->dns.count; i++)
		at = append(to, at, "%s%s\n",
		    is_address(lab->dns.at[i]) ? "nameserver " : "",
		    lab->dns.at[i]);
	return at;
}

void
hosts_text(const struct lab *lab, char to[LINE_SIZE])
{
	write_hosts(lab, to);
}

void
resolv_conf_text(const struct lab *lab, char to[LINE_SIZE])
{
	write_resolv_conf(lab, to);
}

/* --- checks -------------------------------------------------------------- */

static void
check_hosts(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	char text[LINE_SIZE];
	int line = line_of(group, "hosts");

	for (size_t i = 0; i < lab->host_count; i++) {
		const struct host *h = &lab->hosts[i];

		if (!is_address(h->address))
			diagnose(out, lab->file, line,
			    "hosts: address = \"%s\" is not a numeric IPv4 or"
			    " IPv6 address",
			    h->address);
		if (h->names.count == 0)
			diagnose(out, lab->file, line, "hosts: %s has no names",
			    h->address);
		for (size_t k = 0; k < h->names.count; k++) {
			if (!is_host_name(h->names.at[k]))
				diagnose(out, lab->file, line,
				    "hosts: \"%s\" is not a host name: letters,"
				    " digits, - and .",
				    h->names.at[k]);
		}
	}
	if (write_hosts(lab, text) >= sizeof(text))
		diagnose(out, lab->file, line,
		    "hosts makes more than %zu bytes of /etc/hosts",
		    sizeof(text) - 1);
}

static void
check_dns(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	char text[LINE_SIZE];
	int line = line_of(group, "dns");
	int servers = 0;

	for (size_t i = 0; i < lab->dns.count; i++) {
		const char *row = lab->dns.at[i];

		servers += is_address(row);
		if (!is_address(row) && !is_plain_line(row))
			diagnose(out, lab->file, line,
			    "dns: \"%s\" is not the address of a name server,"
			    " nor a line that starts with \"search \" or"
			    " \"options \"",
			    row);
	}
	if (servers > 0 && egress_has_names(lab))
		diagnose(out, lab->file, line,
		    "dns names a server, and egress.allow has names, which"
		    " sandboxes ask the gateway for: leave one of them out");
	if (servers > NAME_SERVERS_MAX)
		diagnose(out, lab->file, line,
		    "dns has %d name servers; resolvers ask the first %d only",
		    servers, NAME_SERVERS_MAX);
	if (write_resolv_conf(lab, text) >= sizeof(text))
		diagnose(out, lab->file, line,
		    "dns makes more than %zu bytes of /etc/resolv.conf",
		    sizeof(text) - 1);
}

void
check_etc(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	check_hosts(lab, group, out);
	check_dns(lab, group, out);
}
