/* publish_name.c - the host name of what a seat publishes. */
#include "gateway/monitor/links/publish_name.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_BYTES 16 /* of SHA-256: nobody finds two names with the same */

/* A name as part of a label: each '-' is written twice, so that a single one is between
 * two names.  False where it cannot be one. */
static bool
escape(const char *name, char to[2 * NAME_SIZE])
{
	size_t n = strlen(name), at = 0;

	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] !=
		'\0' ||
	    name[0] == '-' || name[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (name[i] == '-')
			to[at++] = '-';
		to[at++] = name[i];
	}
	to[at] = '\0';
	return true;
}

static bool
hashed(const char *service, const char *account, const char *lab,
    char to[PUBLISH_LABEL_SIZE])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[2 * NAME_SIZE];
	unsigned size = 0;
	int n;

	snprintf(text, sizeof(text), "%s+%s", account, lab);
	if (EVP_Digest(text, strlen(text), hash, &size, EVP_sha256(), NULL) !=
		1 ||
	    size < HASH_BYTES)
		return false;
	n = snprintf(to, PUBLISH_LABEL_SIZE, "%.16s-", service);
	for (int i = 0; i < HASH_BYTES; i++)
		n += snprintf(to + n, PUBLISH_LABEL_SIZE - (size_t)n, "%02x",
		    hash[i]);
	return true;
}

bool
publish_label(const char *service, const char *account, const char *lab,
    char to[PUBLISH_LABEL_SIZE])
{
	char a[2 * NAME_SIZE], l[2 * NAME_SIZE];

	if (escape(account, a) && escape(lab, l) &&
	    snprintf(to, PUBLISH_LABEL_SIZE, "%s-%s-%s", service, a, l) <
		PUBLISH_LABEL_SIZE)
		return true;
	return hashed(service, account, lab, to);
}

size_t
publish_read(const char *pair, struct publish_target *to)
{
	size_t n = strcspn(pair, "=");
	const char *value = pair[n] == '\0' ? "" : pair + n + 1;
	const char *colon = strchr(value, ':');

	*to = (struct publish_target){ 0 };
	if (colon != NULL) {
		snprintf(to->machine, NAME_SIZE, "%.*s", (int)(colon - value),
		    value);
		value = colon + 1;
	}
	to->port = (uint32_t)strtoul(value, NULL, 10);
	return n;
}

bool
publish_host(const struct publish_url *u, const struct seat *s,
    const char *pair, char to[PUBLISH_HOST_SIZE])
{
	char service[NAME_SIZE], label[PUBLISH_LABEL_SIZE];

	snprintf(service, sizeof(service), "%.*s", (int)strcspn(pair, "="),
	    pair);
	if (!publish_label(service, s->account, s->lab, label))
		return false;
	snprintf(to, PUBLISH_HOST_SIZE, "%s%s", label, u->suffix);
	return true;
}

/* Names are made, and never taken apart: so they cannot be taken for another's. */
static bool
is_of(const struct publish_url *u, const struct seat *s, const struct lab *lab,
    const char *host, struct publish_target *to)
{
	char own[PUBLISH_HOST_SIZE];

	for (size_t i = 0; i < lab->publish.count; i++) {
		const char *pair = lab->publish.at[i];
		size_t n = publish_read(pair, to);

		if (strncmp(host, pair, n) == 0 && host[n] == '-' &&
		    publish_host(u, s, pair, own) && strcmp(host, own) == 0)
			return true;
	}
	return false;
}

struct seat *
publish_find(struct monitor *m, const struct publish_url *u, const char *host,
    struct publish_target *to)
{
	struct seat *s;

	TAILQ_FOREACH(s, &m->registry.seats, all) {
		const struct lab *lab = config_lab(m->config, s->lab);

		if (lab != NULL && seat_is_live(s) && !s->is_disowned &&
		    is_of(u, s, lab, host, to))
			return s;
	}
	return NULL;
}
