/*
 * record.c - what every message of the lasting links looks like, as bytes.
 *
 * usage: record >tests/lasting/INIT-SESSION-STATE	(the numbers of lasting.h)
 *
 * A row for each: its name, how many descriptors it carries, how many fields it
 * has, and its bytes in hexadecimal digits.  A recording is committed with the
 * build that is the first of these numbers and never changed:
 * tests/unit/test_lasting.c reads all of them with today's code.
 */
#include "tests/lasting/fields.h"

int
main(void)
{
	static struct msg m;
	struct err e;

	for (unsigned t = MSG_NONE + 1; t < MSG_COUNT; t++) {
		if (!msg_lasts((enum msg_type)t))
			continue;
		if (!fields_record(stdout, (enum msg_type)t, &m, &e)) {
			fprintf(stderr, "record: %s\n", e.text);
			return 1;
		}
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
