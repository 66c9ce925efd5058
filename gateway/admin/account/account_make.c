/* account_make.c - makes accounts: one, or those of a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/admin/account/account_ask.h"
#include "gateway/admin/account/account_verbs.h"
#include "gateway/admin/account/handout.h"
#include "gateway/admin/account/people.h"
#include "gateway/admin/account/people_file.h"
#include "gateway/admin/output.h"
#include "gateway/base/utf8.h"

int
account_read_key(const char *file, char line[LINE_SIZE], struct err *e)
{
	bool is_stdin = strcmp(file, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(file, "re");
	char *text;

	if (f == NULL)
		return err_set(e, errno, "%s", file);
	text = fgets(line, LINE_SIZE, f);
	if (!is_stdin)
		fclose(f);
	if (text == NULL)
		return err_set(e, 0,
		    "%s: the file is empty, and should have a public key",
		    file);
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "-----BEGIN", 10) == 0)
		return err_set(e, 0,
		    "%s is a private key: give the public one (.pub)", file);
	return 0;
}

int
account_choose_password(const struct invocation *in, const char *name,
    char password[PASSWORD_SIZE], bool *made, struct err *e)
{
	*made = in->generate;
	if (in->generate)
		return password_make(password, e);
	if (in->from_stdin)
		return password_read(password, e);
	return password_ask(password, name, e);
}

/* Print the passwords that were made up: where there is no handout, this is the
 * only place where they can be read. */
static int
print_made(const struct people *p, struct err *e)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->at[i].is_made)
			printf("%s\t%s\n", p->at[i].name, p->at[i].password);
	}
	if (output_flush(e) == -1)
		return err_wrap(e,
		    "the passwords could not be shown, so nothing"
		    " was changed");
	return 0;
}

/* Have the monitor look for errors before passwords are hashed, which takes a
 * minute for thousands: the administrator has not waited for nothing. */
static int
rehearse(const struct chan *c, struct people *p, struct err *e)
{
	size_t lines;

	if (accounts_make(c, p, 0, true, e) == -1 && p->wrong_count == 0)
		return -1;
	if (p->wrong_count == 0)
		return 0;
	lines = people_print_wrong(p, stderr);
	return err_set(e, 0, "nothing was changed: %zu %s", lines,
	    lines == 1 ? "error" : "errors");
}

static int
write_handout(const struct invocation *in, const struct chan *c,
    const struct people *p, struct err *e)
{
	struct handout h = { .expires = in->expires,
		.title = in->title == NULL ? "" : in->title,
		.per_sheet = in->per_sheet == 0 ? 1 : in->per_sheet };
	char listen[TEXT_SIZE];

	if (accounts_listen(c, listen, e) == -1 ||
	    handout_describe(&h, in->host, listen, e) == -1)
		return err_wrap(e, "handout");
	return handout_write(&h, p, in->handout, e);
}

/* The handout is written, or the passwords are printed, before the accounts are
 * made: afterwards only hashes are left, and accounts whose passwords nobody
 * knows would be of no use.  When making them fails the handout is removed. */
static int
make(const struct invocation *in, struct people *p, bool show, struct err *e)
{
	struct chan c;

	if (ask_open(&c, in->socket, e) == -1 || rehearse(&c, p, e) == -1 ||
	    people_hash(p, e) == -1)
		return -1;
	if (in->handout != NULL && write_handout(in, &c, p, e) == -1)
		return -1;
	if (in->handout == NULL && show && print_made(p, e) == -1)
		return -1;
	if (accounts_make(&c, p, in->expires, false, e) == -1) {
		people_print_wrong(p, stderr);
		if (in->handout != NULL)
			unlink(in->handout);
		return -1;
	}
	return 0;
}

int
account_add(const struct invocation *in, char **words, struct err *e)
{
	char password[PASSWORD_SIZE], key[LINE_SIZE] = "";
	char *full_name = (char *)(uintptr_t)in->full_name;
	struct person who = { .name = words[0],
		.full_name = full_name,
		.groups = in->groups,
		.time_factor = in->time_factor,
		.key = key };
	struct people p = { 0 };
	bool made = false;
	int rc;

	if (in->key_file != NULL &&
	    account_read_key(in->key_file, key, e) == -1)
		return -1;
	if (!utf8_is_valid(full_name))
		return err_set(e, 0, "the full name must be UTF-8");
	if (!is_name(words[0]))
		return err_set(e, 0,
		    "\"%.60s\" cannot be a name: it is 1 to 32 of"
		    " a-z 0-9 _ . - and begins with a letter, a digit or _",
		    words[0]);
	if (key[0] == '\0' || in->generate || in->from_stdin) {
		if (account_choose_password(in, words[0], password, &made, e) ==
		    -1)
			return -1;
		who.password = password;
		who.is_made = made;
	}
	rc = people_add(&p, &who, e);
	explicit_bzero(password, sizeof(password));
	if (rc == 0)
		rc = make(in, &p, made, e);
	people_free(&p);
	return rc;
}

int
account_import(const struct invocation *in, char **words, struct err *e)
{
	const struct people_common common = { .groups = in->groups,
		.naming = in->naming,
		.skip_unknown = in->skip_unknown };
	struct people p = { 0 };
	bool has_header;
	int rc = people_read(&p, words[0], &common, &has_header, e);

	if (rc == 0)
		rc = make(in, &p, true, e);
	if (rc == 0)
		fprintf(stderr, "atoll: %zu account%s made%s\n", p.count,
		    p.count == 1 ? "" : "s",
		    has_header ? ""
			       : " (no header: the columns are name, full"
				 " name, groups, key, password)");
	people_free(&p);
	return rc;
}
