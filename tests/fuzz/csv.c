/* csv.c - a file of rows: every byte is read, and none beyond; what the rows are
 * as a header, and the names that come of them. */
#include "gateway/admin/account/columns.h"
#include "gateway/admin/account/csv.h"
#include "gateway/admin/account/loginname.h"
#include "gateway/admin/account/utf16.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
read_as_header(const struct csv_row *row)
{
	static struct columns c;
	struct err e = { 0 };

	if (!columns_is_header(row))
		return;
	if (columns_read(&c, row, row->line % 2, &e) == -1) {
		MUST(e.text[0] != '\0');
		return;
	}
	MUST(c.count <= row->count && c.count <= CSV_FIELDS);
	for (size_t i = 0; i < COLUMNS; i++)
		MUST(c.of[i] <= c.count);
	for (size_t i = 0; i < c.count; i++)
		MUST(c.at[i] != COLUMN_NAME);
}

static void
make_names(const char *field)
{
	char name[NAME_SIZE];

	for (unsigned how = NAMING_EMAIL; how < NAMINGS; how++) {
		if (loginname_make(field, how, name))
			MUST(is_name(name));
	}
}

static void
read_utf16(const uint8_t *data, size_t size)
{
	char *text = NULL;
	size_t got;
	struct err e;

	if (!utf16_is((const char *)data, size))
		return;
	if (utf16_to_utf8((const char *)data, size, &text, &got, &e) == 0)
		MUST(got <= size / 2 * 3);
	free(text);
}

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
	read_utf16(data, size);
	if (size > 0)
		memcpy(text, data, size);
	csv_open(&c, text, size);
	while ((rc = csv_next(&c, &row, &e)) != 0) {
		/* Each row is on a line of its own: reading comes to an end. */
		MUST(row.line > last);
		last = row.line;
		MUST(rc == 1 || e.text[0] != '\0');
		MUST(rc == -1 || (row.count > 0 && row.used <= row.count));
		if (rc == 1)
			read_as_header(&row);
		for (size_t i = 0; rc == 1 && i < row.count && i < CSV_FIELDS;
		     i++) {
			MUST(
			    row.field[i] + strlen(row.field[i]) <= text + size);
			make_names(row.field[i]);
		}
	}
	free(text);
	return 0;
}
