/* time_factor.c - reads a time factor. */
#include "gateway/admin/account/time_factor.h"

#include <string.h>

#include "gateway/base/time_factor.h"
#include "gateway/base/utf8.h"

#define DIGITS "0123456789"

/* Digits, and up to two behind a point or a comma. */
static int
parse(const char *text, int64_t *percent)
{
	size_t whole = strspn(text, DIGITS);
	size_t part = text[whole] == '.' || text[whole] == ','
			  ? strspn(text + whole + 1, DIGITS)
			  : 0;
	size_t all = whole + (text[whole] == '\0' ? 0 : 1 + part);

	if (whole == 0 || whole > 3 || part > 2 || text[all] != '\0' ||
	    (all > whole && part == 0))
		return -1;
	*percent = 0;
	for (size_t i = 0; i < whole; i++)
		*percent = *percent * 10 + (text[i] - '0') * 100;
	for (size_t i = 0, worth = 10; i < part; i++, worth /= 10)
		*percent += (text[whole + 1 + i] - '0') * (int64_t)worth;
	return 0;
}

int
time_factor_parse(const char *text, int64_t *percent, struct err *e)
{
	char safe[64];

	if (parse(text, percent) == 0 && *percent >= TIME_FACTOR_MIN &&
	    *percent <= TIME_FACTOR_MAX)
		return 0;
	utf8_printable(safe, sizeof(safe), text);
	return err_set(e, 0,
	    "\"%s\" is no time factor: write a number from %g to %g with at"
	    " most two decimals, such as 1.5",
	    safe, TIME_FACTOR_MIN / 100.0, TIME_FACTOR_MAX / 100.0);
}
