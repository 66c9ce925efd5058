/* since.c - reads the time of --since. */
#include "gateway/admin/since.h"

#include <stdio.h>
#include <string.h>

#include "gateway/admin/account/when.h"

#define DATE_LENGTH 10 /* 2026-12-31 */

int
since_parse(const char *word, time_t now, int64_t *since, struct err *e)
{
	struct err ignored;
	char day[DATE_LENGTH + 7];

	*since = 0;
	if (word == NULL)
		return 0;
	if (when_parse_span(word, since, &ignored) == 0) {
		*since = now - *since;
		return 0;
	}
	snprintf(day, sizeof(day), "%.*s 00:00", DATE_LENGTH, word);
	if (strcmp(word, "never") != 0 &&
	    when_parse(strlen(word) == DATE_LENGTH ? day : word, now, since,
		&ignored) == 0)
		return 0;
	return err_set(e, 0,
	    "--since takes 20m, 2h, 1d, 2026-12-31 or \"2026-12-31 18:00\"");
}
