/* handout_pages.c - what all handouts say, whatever they look like. */
#include "gateway/admin/account/handout_pages.h"

#include <time.h>

void
handout_expiry(const struct handout *h, char to[HANDOUT_TIME_SIZE])
{
	time_t t = (time_t)h->expires;
	struct tm tm;

	to[0] = '\0';
	if (h->expires != 0 && localtime_r(&t, &tm) != NULL)
		strftime(to, HANDOUT_TIME_SIZE, "%Y-%m-%d %H:%M %Z", &tm);
}

void
handout_ssh_line(const struct handout *h, const char *name, char *to,
    size_t size)
{
	if (h->port == 22)
		snprintf(to, size, "ssh %s@%s", name, h->host);
	else
		snprintf(to, size, "ssh -p %u %s@%s", h->port, name, h->host);
}
