/* receipt.c - what is said, and signed, of work that was collected. */
#include "gateway/collector/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void
date_of(const struct collection *c, const char *format, char *date, size_t size)
{
	time_t at = (time_t)c->begun;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL || tm.tm_year >= 8000 ||
	    strftime(date, size, format, &tm) == 0)
		snprintf(date, size, "unknown");
}

void
receipt_date(const struct collection *c, char date[RECEIPT_DATE_SIZE])
{
	date_of(c, "%Y%m%dT%H%M%SZ", date, RECEIPT_DATE_SIZE);
}

/* All but what receipt_read() fills in. */
static int
write_head(const struct receipt *r, char text[RECEIPT_SIZE])
{
	char time[32];

	date_of(&r->of, "%Y-%m-%dT%H:%M:%SZ", time, sizeof(time));
	return snprintf(text, RECEIPT_SIZE,
	    "atoll receipt 1\nlab: %s\naccount: %s\ntime: %s\n", r->of.lab,
	    r->of.account, time);
}

size_t
receipt_write(const struct receipt *r, char text[RECEIPT_SIZE])
{
	char date[RECEIPT_DATE_SIZE], points[32] = "none";
	int n = write_head(r, text);

	receipt_date(&r->of, date);
	if (r->most > 0)
		snprintf(points, sizeof(points), "%" PRIu32 " of %" PRIu32,
		    r->points, r->most);
	n += snprintf(text + n, RECEIPT_SIZE - (size_t)n,
	    "points: %s\narchive: %s.tar\nsize: %" PRIu64 "\nsha256: %s\n",
	    points, date, r->size, r->sha256);
	return (size_t)n;
}

/* What it reads is found to be what it would write. */
bool
receipt_read(struct receipt *r, const char *text)
{
	char head[RECEIPT_SIZE], whole[RECEIPT_SIZE];
	size_t n = (size_t)write_head(r, head);
	const char *size;

	r->points = r->most = 0;
	if (strncmp(text, head, n) != 0)
		return false;
	if (sscanf(text + n, "points: %" SCNu32 " of %" SCNu32, &r->points,
		&r->most) != 2)
		r->points = r->most = 0;
	size = strstr(text + n, "\nsize: ");
	if (size == NULL ||
	    sscanf(size, "\nsize: %" SCNu64 "\nsha256: %64[0-9a-f]", &r->size,
		r->sha256) != 2)
		return false;
	receipt_write(r, whole);
	return strcmp(text, whole) == 0;
}
