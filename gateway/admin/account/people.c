/* people.c - accounts to be made, from a file or the command line. */
#include "gateway/admin/account/people.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/utf8.h"

struct diagnostic {
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
people_report(struct people *p, unsigned line, const char *reason)
{
	void *list = grown(p->wrong, p->wrong_count, sizeof(*p->wrong));

	if (list == NULL)
		return;
	p->wrong = list;
	p->wrong[p->wrong_count] = (struct diagnostic){ .line = line,
		.order = p->wrong_count,
		.reason = strdup(reason) };
	p->wrong_count++;
}

static int
compare_lines(const void *left, const void *right)
{
	const struct diagnostic *l = left, *r = right;

	if (l->line != r->line)
		return l->line < r->line ? -1 : 1;
	return l->order < r->order ? -1 : 1;
}

/* One error of each line is shown, the first that was found: the others often
 * follow from it. */
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

/* The option of import that would make a name of this. */
static const char *
name_hint(const char *name)
{
	if (strchr(name, '@') != NULL)
		return "; import takes the part before the @ with --names"
		       " email";
	if (strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != NULL)
		return "; import makes such names with --names lower";
	return "";
}

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
	    " begins with a letter, a digit or _%s",
	    safe, strlen(name) > 60 ? "..." : "", name_hint(name));
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
			    "the full name must have no control characters and"
			    " no line ends");
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
people_add_raw(struct people *p, const struct person *from, struct err *e)
{
	void *list = grown(p->at, p->count, sizeof(*p->at));
	struct person *who;

	if (list == NULL)
		return err_set(e, ENOMEM, "people");
	p->at = list;
	who = &p->at[p->count];
	*who = (struct person){ .line = from->line,
		.is_made = from->is_made,
		.time_factor = from->time_factor,
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
	return 0;
}

int
people_add(struct people *p, const struct person *from, struct err *e)
{
	if (people_add_raw(p, from, e) == -1)
		return -1;
	if (check_person(&p->at[p->count - 1], e) == -1)
		people_report(p, from->line, e->text);
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
	char text[128], safe[64];

	if (sorted == NULL)
		return err_set(e, ENOMEM, "people");
	for (size_t i = 0; i < p->count; i++)
		sorted[i] = (struct named){ p->at[i].name, p->at[i].line };
	qsort(sorted, p->count, sizeof(*sorted), compare_names);
	for (size_t i = 1; i < p->count; i++) {
		if (strcmp(sorted[i].name, sorted[i - 1].name) != 0 ||
		    sorted[i].name[0] == '\0')
			continue;
		utf8_printable(safe, sizeof(safe), sorted[i].name);
		snprintf(text, sizeof(text), "%s is on line %u already", safe,
		    sorted[i - 1].line);
		people_report(p, sorted[i].line, text);
	}
	free(sorted);
	return 0;
}

/* --- names ------------------------------------------------------------------ */

/* Give a person a legal name.  It is printed, since the student has to be
 * told. */
static int
rename_person(struct people *p, struct person *who, struct loginnames *given,
    enum naming how, struct err *e)
{
	char name[NAME_SIZE], safe[4 * TEXT_SIZE], *copy;

	if (who->name[0] == '\0' || !loginname_make(who->name, how, name))
		return 0; /* check_person() reports it */
	if (loginnames_give(given, name, false, e) == -1)
		return -1;
	copy = strdup(name);
	if (copy == NULL)
		return err_set(e, ENOMEM, "names");
	utf8_printable(safe, sizeof(safe), who->name);
	fprintf(stderr, "%s:%u: %s becomes %s\n", p->file, who->line, safe,
	    name);
	free(who->name);
	who->name = copy;
	return 0;
}

/* A person with a legal name keeps it, wherever the line is in the file: so
 * those names are given first. */
static int
rename_all(struct people *p, enum naming how, struct err *e)
{
	struct loginnames *given = loginnames_new();
	char name[NAME_SIZE];
	int rc = given == NULL ? err_set(e, ENOMEM, "names") : 0;

	for (size_t i = 0; i < p->count && rc == 0; i++) {
		if (!is_name(p->at[i].name))
			continue;
		strcpy(name, p->at[i].name);
		rc = loginnames_give(given, name, true, e);
	}
	for (size_t i = 0; i < p->count && rc == 0; i++) {
		if (!is_name(p->at[i].name))
			rc = rename_person(p, &p->at[i], given, how, e);
	}
	loginnames_free(given);
	return rc;
}

/* Twins are looked for before new names are given: a line that is there twice
 * would become two people, ann and ann2. */
int
people_name(struct people *p, enum naming how, struct err *e)
{
	if (find_twins(p, e) == -1 ||
	    (how != NAMING_AS_IS && rename_all(p, how, e) == -1))
		return -1;
	for (size_t i = 0; i < p->count; i++) {
		if (check_person(&p->at[i], e) == -1)
			people_report(p, p->at[i].line, e->text);
	}
	return 0;
}

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
			all[count++] =
			    (struct hashing){ .password = p->at[i].password,
				    .is_made = p->at[i].is_made };
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
