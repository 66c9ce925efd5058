/* csv.c - a file of rows: every byte is read, and none beyond. */
#include "gateway/admin/csv.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	unsigned last = 0;
	struct csv_row row;
	struct err e;
	struct csv c;
	int rc;

	MUST(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	csv_open(&c, text, size);
	while ((rc = csv_next(&c, &row, &e)) != 0) {
		/* Each row is on a line of its own: reading comes to an end. */
		MUST(row.line > last);
		last = row.line;
		MUST(rc == 1 || e.text[0] != '\0');
		MUST(rc == -1 || row.count > 0);
		for (size_t i = 0; rc == 1 && i < row.count && i < CSV_FIELDS;
		     i++)
			MUST(
			    row.field[i] + strlen(row.field[i]) <= text + size);
	}
	free(text);
	return 0;
}
