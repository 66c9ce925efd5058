/* people_file.c - reads a roster, a file of CSV: accounts to be made. */
#include "gateway/admin/account/people_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/admin/account/columns.h"
#include "gateway/admin/account/csv.h"
#include "gateway/admin/account/time_factor.h"
#include "gateway/admin/account/utf16.h"
#include "gateway/base/array.h"
#include "gateway/base/scope.h"
#include "gateway/base/time_factor.h"
#include "gateway/base/utf8.h"

#define FILE_MAX (64 << 20)

/* A roster while it is read. */
struct reading {
	struct people *people;
	const struct people_common *common;
	struct columns columns;
	bool has_header;
};

static char *
trimmed(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* --- a row ----------------------------------------------------------------- */

static int
too_many(const struct reading *r, const struct csv_row *row, struct err *e)
{
	if (!r->has_header)
		return err_set(e, 0,
		    "%zu fields; there are name, full name, groups, key and"
		    " password: a field with a comma needs quotes, and other"
		    " columns need a header",
		    row->used);
	return err_set(e, 0,
	    "%zu fields, and the header has %zu: a field with a comma needs"
	    " quotes",
	    row->used, r->columns.count);
}

static int
check_row(const struct reading *r, const struct csv_row *row, struct err *e)
{
	if (row->used > r->columns.count)
		return too_many(r, row, e);
	for (size_t i = 0; i < row->used; i++) {
		const char *field = row->field[i];

		if (!utf8_is_valid(field))
			return err_set(e, 0,
			    "this is not UTF-8; convert the file, as with"
			    " 'iconv -f latin1 -t utf8'");
		if (r->columns.at[i] == COLUMN_UNNAMED &&
		    field[strspn(field, " \t")] != '\0')
			return err_set(e, 0,
			    "field %zu has no name in the header", i + 1);
	}
	return 0;
}

/* The row's field in a column of which there is one at most; "" for none. */
static char *
field_of(const struct reading *r, const struct csv_row *row, enum column which)
{
	static char empty[] = "";
	size_t i = r->columns.of[which];

	return i == 0 || i > row->used ? empty : trimmed(row->field[i - 1]);
}

/* The groups that everybody gets, then those of all columns of groups; to be
 * freed. */
static char *
groups_of(const struct reading *r, const struct csv_row *row)
{
	char *all = strdup(r->common->groups), *more;

	for (size_t i = 0; i < row->used && all != NULL; i++) {
		if (r->columns.at[i] != COLUMN_GROUPS)
			continue;
		if (asprintf(&more, "%s %s", all, row->field[i]) == -1)
			more = NULL;
		free(all);
		all = more;
	}
	if (all != NULL)
		people_words(all);
	return all;
}

/* To be freed. */
static char *
full_name_of(const struct reading *r, const struct csv_row *row)
{
	char *whole = field_of(r, row, COLUMN_FULL_NAME), *text;

	if (whole[0] != '\0')
		return strdup(whole);
	if (asprintf(&text, "%s %s", field_of(r, row, COLUMN_FIRST),
		field_of(r, row, COLUMN_LAST)) == -1)
		return NULL;
	whole = strdup(trimmed(text));
	free(text);
	return whole;
}

/* What the account's name is made of.  E-mail addresses that differ in case
 * only are one person's, so they are in lower case before twins are looked
 * for. */
static char *
source_of(const struct reading *r, const struct csv_row *row)
{
	char *email = field_of(r, row, COLUMN_EMAIL);
	char *login = field_of(r, row, COLUMN_LOGIN);

	if (r->common->naming == NAMING_EMAIL) {
		char *source = email[0] != '\0' ? email : login;

		for (char *c = source; *c != '\0'; c++)
			*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a')
						    : *c;
		return source;
	}
	return login[0] != '\0' ? login : email;
}

/* An empty password is none where there is a key, and made up otherwise; so it
 * is, too, where the field says "generate". */
static int
choose_password(struct person *who, char *field, char made[MADE_SIZE],
    struct err *e)
{
	who->password = field;
	if (field[0] == '\0' && who->key[0] != '\0') {
		who->password = NULL;
	} else if (field[0] == '\0' || strcasecmp(field, "generate") == 0) {
		if (password_make(made, e) == -1)
			return -1;
		who->password = made;
		who->is_made = true;
	}
	return 0;
}

/* An empty field is what everybody has. */
static int
choose_time_factor(struct person *who, const char *field, struct err *e)
{
	who->time_factor = TIME_FACTOR_NONE;
	return field[0] == '\0'
		   ? 0
		   : time_factor_parse(field, &who->time_factor, e);
}

static int
add_row(struct reading *r, struct csv_row *row, struct err *e)
{
	FREES char *groups = groups_of(r, row);
	FREES char *full_name = full_name_of(r, row);
	struct person who = { .line = row->line };
	char made[MADE_SIZE];

	if (groups == NULL || full_name == NULL)
		return err_set(e, ENOMEM, "people");
	who.name = source_of(r, row);
	who.full_name = full_name;
	who.groups = groups;
	who.key = field_of(r, row, COLUMN_KEY);
	if (choose_time_factor(&who, field_of(r, row, COLUMN_TIME_FACTOR), e) ==
	    -1)
		people_report(r->people, row->line, e->text);
	if (choose_password(&who, field_of(r, row, COLUMN_PASSWORD), made, e) ==
	    -1)
		return -1;
	return people_add_raw(r->people, &who, e);
}

/* Is this a row below the header of a gradebook that is no person's?  Canvas
 * has the points that can be had there, Google Classroom the dates, too. */
static bool
is_of_gradebook(const struct reading *r, const struct csv_row *row)
{
	static const char *const titles[] = { "Points Possible", "Date",
		"Points", "Due Date" };

	if (!r->has_header || source_of(r, row)[0] != '\0')
		return false;
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		if (strcmp(trimmed(row->field[0]), titles[i]) == 0)
			return true;
	}
	return false;
}

/* --- a file ---------------------------------------------------------------- */

/* 1 when the row was a header, 0 when it is a person's.  Reading ends where a
 * header is wrong (-1): what the fields of any row are is not known then. */
static int
take_header(struct reading *r, const struct csv_row *row, struct err *e)
{
	columns_default(&r->columns);
	if (!columns_is_header(row))
		return 0;
	r->has_header = true;
	if (columns_read(&r->columns, row, r->common->skip_unknown, e) == -1)
		return -1;
	if (r->columns.of[COLUMN_LOGIN] == 0 &&
	    r->common->naming == NAMING_AS_IS)
		return err_set(e, 0,
		    "there are e-mail addresses, and no user names: --names"
		    " email makes names of what is before the @");
	return 1;
}

static int
take_row(struct reading *r, struct csv_row *row, struct err *e)
{
	if (is_of_gradebook(r, row))
		return 0;
	if (check_row(r, row, e) == -1) {
		people_report(r->people, row->line, e->text);
		return 0;
	}
	if (r->people->count == PEOPLE_MAX)
		return err_set(e, 0, "more than %d accounts: split the file",
		    PEOPLE_MAX);
	return add_row(r, row, e);
}

static int
read_rows(struct reading *r, char *text, size_t size, struct err *e)
{
	struct people *p = r->people;
	bool is_first = true;
	struct csv_row row;
	struct csv csv;
	int rc, header;

	csv_open(&csv, text, size);
	while ((rc = csv_next(&csv, &row, e)) != 0) {
		if (rc == -1) {
			people_report(p, row.line, e->text);
			continue;
		}
		if (row.used == 0 || row.field[0][0] == '#')
			continue;
		header = is_first ? take_header(r, &row, e) : 0;
		is_first = false;
		if (header == -1) {
			people_report(p, row.line, e->text);
			return 0;
		}
		if (header == 0 && take_row(r, &row, e) == -1)
			return -1;
	}
	if (p->count == 0 && p->wrong_count == 0)
		return err_set(e, 0,
		    "there is no account in it: a roster has a line for each");
	return people_name(p, r->common->naming, e);
}

static int
read_file(const char *file, char **text, size_t *size, struct err *e)
{
	CLOSES int fd = strcmp(file, "-") == 0
			    ? dup(STDIN_FILENO)
			    : open(file, O_RDONLY | O_CLOEXEC);
	size_t room = 1 << 16;
	ssize_t got;

	if (fd == -1)
		return err_set(e, errno, "open");
	*text = malloc(room + 1);
	for (*size = 0; *text != NULL; *size += (size_t)got) {
		if (*size == room) {
			void *more = realloc(*text, (room *= 2) + 1);

			if (more == NULL)
				return err_set(e, ENOMEM, "read");
			*text = more;
		}
		got = read(fd, *text + *size, room - *size);
		if (got == -1)
			return err_set(e, errno, "read");
		if (got == 0)
			return 0;
		if (*size > FILE_MAX)
			return err_set(e, 0, "more than %d MiB: split the file",
			    FILE_MAX >> 20);
	}
	return err_set(e, ENOMEM, "read");
}

/* UTF-16 becomes UTF-8.  A file that is no text, but of a known kind, is an
 * error that says which kind. */
static int
make_text(char **text, size_t *size, struct err *e)
{
	FREES char *from = NULL;
	size_t from_size = *size;

	if (*size >= 4 && (memcmp(*text, "PK\3\4", 4) == 0 ||
			      memcmp(*text, "\xd0\xcf\x11\xe0", 4) == 0))
		return err_set(e, 0,
		    "this is a workbook (.xlsx, .ods or .xls): save its sheet"
		    " as CSV UTF-8");
	if (!utf16_is(*text, *size))
		return 0;
	from = *text;
	*text = NULL;
	if (utf16_to_utf8(from, from_size, text, size, e) == -1)
		return -1;
	explicit_bzero(from, from_size);
	return 0;
}

int
people_read(struct people *p, const char *file,
    const struct people_common *common, bool *has_header, struct err *e)
{
	struct reading r = { .people = p, .common = common };
	FREES char *text = NULL;
	size_t size = 0;

	p->file = file;
	if (read_file(file, &text, &size, e) == -1 ||
	    make_text(&text, &size, e) == -1 ||
	    read_rows(&r, text, size, e) == -1)
		return err_wrap(e, "%s", file);
	explicit_bzero(text, size);
	*has_header = r.has_header;
	return 0;
}
