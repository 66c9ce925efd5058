/* people.c - accounts to be made, from a file or the command line. */
#include "gateway/admin/people.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "gateway/admin/csv.h"
#include "gateway/admin/utf8.h"
#include "gateway/shared/scope.h"

#define FILE_MAX (64 << 20)

struct complaint {
	unsigned line;
	size_t order; /* in which they were found */
	char *reason;
};

/* Room for one more at the end of a list that grows by doubling. */
static void *
grown(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list; /* not a power of two: room is left */
	return realloc(list, (count == 0 ? 1 : 2 * count) * size);
}

void
people_complain(struct people *p, unsigned line, const char *reason)
{
	void *list = grown(p->wrong, p->wrong_count, sizeof(*p->wrong));

	if (list == NULL)
		return;
	p->wrong = list;
	p->wrong[p->wrong_count] = (struct complaint){ .line = line,
		.order = p->wrong_count,
		.reason = strdup(reason) };
	p->wrong_count++;
}

static int
compare_lines(const void *left, const void *right)
{
	const struct complaint *l = left, *r = right;

	if (l->line != r->line)
		return l->line < r->line ? -1 : 1;
	return l->order < r->order ? -1 : 1;
}

/* The first word about a line is enough. */
size_t
people_print_wrong(struct people *p, FILE *to)
{
	char safe[4 * TEXT_SIZE];
	size_t lines = 0;

	if (p->wrong_count > 0) /* qsort(3) takes no NULL */
		qsort(p->wrong, p->wrong_count, sizeof(*p->wrong),
		    compare_lines);
	for (size_t i = 0; i < p->wrong_count; i++) {
		if (i > 0 && p->wrong[i].line == p->wrong[i - 1].line)
			continue;
		lines++;
		utf8_printable(safe, sizeof(safe),
		    p->wrong[i].reason == NULL ? "?" : p->wrong[i].reason);
		if (p->file == NULL)
			fprintf(to, "atoll: %s\n", safe);
		else
			fprintf(to, "%s:%u: %s\n", p->file, p->wrong[i].line,
			    safe);
	}
	return lines;
}

/* --- checks ---------------------------------------------------------------- */

static int
check_name(const char *name, struct err *e)
{
	char safe[64];

	if (is_name(name))
		return 0;
	if (name[0] == '\0')
		return err_set(e, 0, "the name is missing");
	utf8_printable(safe, sizeof(safe), name);
	return err_set(e, 0,
	    "\"%s%s\" cannot be a name: it is 1 to 32 of a-z 0-9 _ . - and"
	    " begins with a letter, a digit or _",
	    safe, strlen(name) > 60 ? "..." : "");
}

static int
check_full_name(const char *text, struct err *e)
{
	uint32_t code;

	if (strlen(text) > FULL_NAME_MAX)
		return err_set(e, 0, "the full name has more than %d bytes",
		    FULL_NAME_MAX);
	for (; *text != '\0'; text += utf8_next(text, &code)) {
		utf8_next(text, &code);
		if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
			return err_set(e, 0,
			    "the full name has a control character or a line"
			    " end");
	}
	return 0;
}

static int
check_person(const struct person *who, struct err *e)
{
	if (check_name(who->name, e) == -1 ||
	    check_full_name(who->full_name, e) == -1)
		return -1;
	if (strlen(who->groups) >= LINE_SIZE || strlen(who->key) >= LINE_SIZE)
		return err_set(e, 0, "a field has more than %d bytes",
		    LINE_SIZE - 1);
	if (strpbrk(who->key, "\r\n") != NULL)
		return err_set(e, 0, "a key is one line");
	if (who->password != NULL && strlen(who->password) >= PASSWORD_SIZE)
		return err_set(e, 0, "the password has more than %d bytes",
		    PASSWORD_SIZE - 1);
	return 0;
}

int
people_add(struct people *p, const struct person *from, struct err *e)
{
	void *list = grown(p->at, p->count, sizeof(*p->at));
	struct person *who;

	if (list == NULL)
		return err_set(e, ENOMEM, "people");
	p->at = list;
	who = &p->at[p->count];
	*who = (struct person){ .line = from->line,
		.name = strdup(from->name),
		.full_name = strdup(from->full_name),
		.groups = strdup(from->groups),
		.key = strdup(from->key),
		.password =
		    from->password == NULL ? NULL : strdup(from->password) };
	if (who->name == NULL || who->full_name == NULL ||
	    who->groups == NULL || who->key == NULL ||
	    (from->password != NULL && who->password == NULL))
		return err_set(e, ENOMEM, "people");
	p->count++;
	if (check_person(who, e) == -1)
		people_complain(p, who->line, e->text);
	return 0;
}

struct named {
	const char *name; /* the person's */
	unsigned line;
};

static int
compare_names(const void *left, const void *right)
{
	const struct named *l = left, *r = right;
	int by_name = strcmp(l->name, r->name);

	return by_name != 0 ? by_name : l->line < r->line ? -1 : 1;
}

static int
find_twins(struct people *p, struct err *e)
{
	struct named *sorted = calloc(p->count + 1, sizeof(*sorted));
	char text[128];

	if (sorted == NULL)
		return err_set(e, ENOMEM, "people");
	for (size_t i = 0; i < p->count; i++)
		sorted[i] = (struct named){ p->at[i].name, p->at[i].line };
	qsort(sorted, p->count, sizeof(*sorted), compare_names);
	for (size_t i = 1; i < p->count; i++) {
		if (strcmp(sorted[i].name, sorted[i - 1].name) != 0 ||
		    !is_name(sorted[i].name))
			continue;
		snprintf(text, sizeof(text), "%s is on line %u already",
		    sorted[i].name, sorted[i - 1].line);
		people_complain(p, sorted[i].line, text);
	}
	free(sorted);
	return 0;
}

/* --- a file ---------------------------------------------------------------- */

void
people_words(char *groups)
{
	char *to = groups;
	bool gap = false;

	for (const char *from = groups; *from != '\0'; from++) {
		if (strchr(",;| \t", *from) != NULL) {
			gap = to > groups;
			continue;
		}
		if (gap)
			*to++ = ' ';
		gap = false;
		*to++ = *from;
	}
	*to = '\0';
}

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

static int
check_row(const struct csv_row *row, struct err *e)
{
	if (row->count > 5)
		return err_set(e, 0,
		    "%zu fields; there are name, full name, groups, key and"
		    " password: a field with a comma needs quotes",
		    row->count);
	for (size_t i = 0; i < row->count; i++) {
		if (!utf8_is_valid(row->field[i]))
			return err_set(e, 0,
			    "this is not UTF-8; convert the file, as with"
			    " 'iconv -f latin1 -t utf8'");
	}
	return 0;
}

/* An empty password is none where there is a key, and made up otherwise; so it
 * is, too, where the field says "generate". */
static int
choose_password(struct person *who, char *field, char made[MADE_SIZE],
    struct err *e)
{
	bool generate = strcasecmp(field, "generate") == 0;

	who->password = field;
	if (field[0] == '\0' && who->key[0] != '\0')
		who->password = NULL;
	else if (field[0] == '\0' || generate) {
		if (password_make(made, e) == -1)
			return -1;
		who->password = made;
	}
	return 0;
}

static int
add_row(struct people *p, struct csv_row *row,
    const struct people_common *common, struct err *e)
{
	static char empty[] = "";
	char *field[5], made[MADE_SIZE];
	FREES char *groups = NULL;
	struct person who = { .line = row->line };

	for (size_t i = 0; i < 5; i++)
		field[i] = i < row->count ? trimmed(row->field[i]) : empty;
	if (asprintf(&groups, "%s %s", common->groups, field[2]) == -1)
		return err_set(e, ENOMEM, "people");
	people_words(groups);
	who.name = field[0];
	who.full_name = field[1];
	who.groups = groups;
	who.key = field[3];
	if (choose_password(&who, field[4], made, e) == -1)
		return -1;
	return people_add(p, &who, e);
}

/* A line of nothing, a comment, or the names of the columns. */
static bool
is_no_row(const struct csv_row *row, bool is_first)
{
	const char *name = row->field[0];

	return (row->count == 1 && name[strspn(name, " \t")] == '\0') ||
	       name[0] == '#' || (is_first && strcasecmp(name, "name") == 0);
}

static int
read_rows(struct people *p, char *text, size_t size,
    const struct people_common *common, struct err *e)
{
	bool is_first = true;
	struct csv_row row;
	struct csv csv;
	int rc;

	csv_open(&csv, text, size);
	while ((rc = csv_next(&csv, &row, e)) != 0) {
		if (rc == 1 && is_no_row(&row, is_first))
			continue;
		is_first = false;
		if (rc == -1 || check_row(&row, e) == -1) {
			people_complain(p, row.line, e->text);
			continue;
		}
		if (p->count == PEOPLE_MAX)
			return err_set(e, 0,
			    "more than %d accounts: split the file",
			    PEOPLE_MAX);
		if (add_row(p, &row, common, e) == -1)
			return -1;
	}
	if (p->count == 0 && p->wrong_count == 0)
		return err_set(e, 0, "there is no account in it");
	return find_twins(p, e);
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
			return err_set(e, EFBIG, "read");
	}
	return err_set(e, ENOMEM, "read");
}

int
people_read(struct people *p, const char *file,
    const struct people_common *common, struct err *e)
{
	FREES char *text = NULL;
	size_t size = 0;

	p->file = file;
	if (read_file(file, &text, &size, e) == -1 ||
	    read_rows(p, text, size, common, e) == -1)
		return err_wrap(e, "%s", file);
	explicit_bzero(text, size);
	return 0;
}

int
people_hash(struct people *p, struct err *e)
{
	struct hashing *all = calloc(p->count + 1, sizeof(*all));
	size_t count = 0;
	int rc;

	if (all == NULL)
		return err_set(e, ENOMEM, "passwords");
	for (size_t i = 0; i < p->count; i++) {
		if (p->at[i].password != NULL)
			all[count++].password = p->at[i].password;
	}
	rc = password_hash_all(all, count, e);
	for (size_t i = 0, k = 0; i < p->count && rc == 0; i++) {
		if (p->at[i].password != NULL)
			memcpy(p->at[i].hash, all[k++].hash, HASH_SIZE);
	}
	free(all);
	return rc;
}

void
people_free(struct people *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct person *who = &p->at[i];

		if (who->password != NULL)
			explicit_bzero(who->password, strlen(who->password));
		free(who->password);
		free(who->name);
		free(who->full_name);
		free(who->groups);
		free(who->key);
	}
	for (size_t i = 0; i < p->wrong_count; i++)
		free(p->wrong[i].reason);
	free(p->at);
	free(p->wrong);
	*p = (struct people){ 0 };
}
