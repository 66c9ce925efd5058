/* account.c - atoll account: its words, and what each does. */
#include "gateway/admin/account.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/admin/accounts.h"
#include "gateway/admin/handout.h"
#include "gateway/admin/people.h"
#include "gateway/admin/utf8.h"
#include "gateway/admin/when.h"
#include "gateway/shared/scope.h"

enum status { DONE = 0, FAILED = 1, USAGE = 2 };

/* What the options of one run say. */
struct wish {
	const char *socket;
	const char *full_name, *key_file, *handout, *host;
	char *groups; /* words */
	int64_t expires;
	bool has_expires, generate, from_stdin, json, keep_homes;
};

struct verb {
	const char *name, *argument;
	int words; /* that must follow */
	const char *options, *does;
	int (*run)(const struct wish *w, char **words, struct err *e);
};

/* --- making ----------------------------------------------------------------- */

/* The first line of a file that is none of nothing. */
static int
read_key(const char *file, char line[LINE_SIZE], struct err *e)
{
	bool is_stdin = strcmp(file, "-") == 0;
	FILE *f = is_stdin ? fdopen(dup(STDIN_FILENO), "r") : fopen(file, "re");
	char *text;

	if (f == NULL)
		return err_set(e, errno, "%s", file);
	text = fgets(line, LINE_SIZE, f);
	fclose(f);
	if (text == NULL)
		return err_set(e, 0, "%s: there is no key in it", file);
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "-----BEGIN", 10) == 0)
		return err_set(e, 0,
		    "%s is a private key: give the public one (.pub)", file);
	return 0;
}

/* Say each password once, where no handout keeps it. */
static void
print_made(const struct people *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->at[i].password != NULL)
			printf("%s\t%s\n", p->at[i].name, p->at[i].password);
	}
}

/* What can be known before anything is hashed is found before. */
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
write_handout(const struct wish *w, const struct chan *c,
    const struct people *p, struct err *e)
{
	struct handout h = { .expires = w->expires };
	char listen[TEXT_SIZE];

	if (accounts_listen(c, listen, e) == -1 ||
	    handout_describe(&h, w->host, listen, e) == -1)
		return err_wrap(e, "handout");
	return handout_write(&h, p, w->handout, e);
}

/* The handout comes before the accounts: it holds what is known now only. */
static int
make(const struct wish *w, struct people *p, bool show, struct err *e)
{
	struct chan c;

	if (ask_open(&c, w->socket, e) == -1 || rehearse(&c, p, e) == -1 ||
	    people_hash(p, e) == -1)
		return -1;
	if (w->handout != NULL && write_handout(w, &c, p, e) == -1)
		return -1;
	if (accounts_make(&c, p, w->expires, false, e) == -1) {
		people_print_wrong(p, stderr);
		if (w->handout != NULL)
			unlink(w->handout);
		return -1;
	}
	if (w->handout == NULL && show)
		print_made(p);
	return 0;
}

/* A password as the options say; none where a key came and nobody asked for
 * one.  made is whether it is to be shown. */
static int
choose_password(const struct wish *w, const char *name,
    char password[PASSWORD_SIZE], bool *made, struct err *e)
{
	*made = w->generate;
	if (w->generate)
		return password_make(password, e);
	if (w->from_stdin)
		return password_read(password, e);
	return password_ask(password, name, e);
}

static int
do_add(const struct wish *w, char **words, struct err *e)
{
	char password[PASSWORD_SIZE], key[LINE_SIZE] = "";
	char *full_name = (char *)(uintptr_t)w->full_name;
	struct person who = { .name = words[0],
		.full_name = full_name,
		.groups = w->groups,
		.key = key };
	struct people p = { 0 };
	bool made = false;
	int rc;

	if (w->key_file != NULL && read_key(w->key_file, key, e) == -1)
		return -1;
	if (!utf8_is_valid(full_name))
		return err_set(e, 0, "the full name is not UTF-8");
	if (!is_name(words[0]))
		return err_set(e, 0,
		    "\"%.60s\" cannot be a name: it is 1 to 32 of"
		    " a-z 0-9 _ . - and begins with a letter, a digit or _",
		    words[0]);
	if (key[0] == '\0' || w->generate || w->from_stdin) {
		if (choose_password(w, words[0], password, &made, e) == -1)
			return -1;
		who.password = password;
	}
	rc = people_add(&p, &who, e);
	explicit_bzero(password, sizeof(password));
	if (rc == 0)
		rc = make(w, &p, made, e);
	people_free(&p);
	return rc;
}

static int
do_import(const struct wish *w, char **words, struct err *e)
{
	const struct people_common common = { .groups = w->groups };
	struct people p = { 0 };
	int rc = people_read(&p, words[0], &common, e);

	if (rc == 0)
		rc = make(w, &p, true, e);
	if (rc == 0)
		fprintf(stderr, "atoll: %zu account%s made\n", p.count,
		    p.count == 1 ? "" : "s");
	people_free(&p);
	return rc;
}

/* --- changing --------------------------------------------------------------- */

static int
change(const struct wish *w, const char *name, enum account_change what,
    const char *value, int64_t number, struct err *e)
{
	struct chan c;

	if (!is_name(name))
		return err_set(e, 0, "\"%.60s\" cannot be a name", name);
	if (ask_open(&c, w->socket, e) == -1)
		return -1;
	return accounts_change(&c, name, what, value, number, e);
}

static int
do_passwd(const struct wish *w, char **words, struct err *e)
{
	char password[PASSWORD_SIZE], hash[HASH_SIZE];
	bool made;
	int rc;

	if (choose_password(w, words[0], password, &made, e) == -1)
		return -1;
	rc = password_hash(password, hash, e);
	if (rc == 0)
		rc = change(w, words[0], ACCOUNT_PASSWORD, hash, 0, e);
	if (rc == 0 && made)
		printf("%s\t%s\n", words[0], password);
	explicit_bzero(password, sizeof(password));
	return rc;
}

static int
do_key(const struct wish *w, char **words, struct err *e)
{
	bool is_add = strcmp(words[0], "add") == 0;
	char line[LINE_SIZE];

	if (!is_add && strcmp(words[0], "remove") != 0)
		return err_set(e, 0,
		    "write key add NAME FILE, or key remove NAME"
		    " FILE|NUMBER");
	if (!is_add && words[2][0] != '\0' &&
	    words[2][strspn(words[2], "0123456789")] == '\0')
		return change(w, words[1], ACCOUNT_KEY_REMOVE, words[2], 0, e);
	if (read_key(words[2], line, e) == -1)
		return -1;
	return change(w, words[1],
	    is_add ? ACCOUNT_KEY_ADD : ACCOUNT_KEY_REMOVE, line, 0, e);
}

static int
do_groups(const struct wish *w, char **words, struct err *e)
{
	people_words(words[1]);
	return change(w, words[0], ACCOUNT_GROUPS, words[1], 0, e);
}

static int
do_lock(const struct wish *w, char **words, struct err *e)
{
	return change(w, words[0], ACCOUNT_LOCK, "", 0, e);
}

static int
do_unlock(const struct wish *w, char **words, struct err *e)
{
	return change(w, words[0], ACCOUNT_UNLOCK, "", 0, e);
}

static int
do_expire(const struct wish *w, char **words, struct err *e)
{
	int64_t when;

	if (when_parse(words[1], time(NULL), &when, e) == -1)
		return -1;
	return change(w, words[0], ACCOUNT_EXPIRE, "", when, e);
}

static int
do_remove(const struct wish *w, char **words, struct err *e)
{
	return change(w, words[0], ACCOUNT_REMOVE, "", w->keep_homes, e);
}

/* --- looking ---------------------------------------------------------------- */

static int
do_list(const struct wish *w, char **words, struct err *e)
{
	struct chan c;

	(void)words;
	if (ask_open(&c, w->socket, e) == -1)
		return -1;
	return accounts_list(&c, w->json, stdout, e);
}

static int
do_show(const struct wish *w, char **words, struct err *e)
{
	struct chan c;

	if (!is_name(words[0]))
		return err_set(e, 0, "\"%.60s\" cannot be a name", words[0]);
	if (ask_open(&c, w->socket, e) == -1)
		return -1;
	return accounts_show(&c, words[0], w->json, stdout, e);
}

/* --- words ------------------------------------------------------------------ */

/* The letters of the options that each takes, see known below. */
static const struct verb verbs[] = {
	{ "add", "NAME", 1, "fgksGxho",
	    "make an account; asks for its password", do_add },
	{ "import", "FILE.csv", 1, "gxho",
	    "make all accounts of a file, or none", do_import },
	{ "list", "[--json]", 0, "j", "all accounts", do_list },
	{ "show", "NAME", 1, "j", "one account with its keys", do_show },
	{ "passwd", "NAME", 1, "sG", "set the password", do_passwd },
	{ "key", "add NAME FILE | remove NAME FILE|NUMBER", 3, "",
	    "change the keys", do_key },
	{ "groups", "NAME GROUP,GROUP", 2, "", "set the groups", do_groups },
	{ "lock", "NAME", 1, "", "refuse its logins and end its connections",
	    do_lock },
	{ "unlock", "NAME", 1, "", "undo lock", do_unlock },
	{ "expire", "NAME WHEN", 2, "", "2026-12-31, 30d, now or never",
	    do_expire },
	{ "remove", "NAME", 1, "K",
	    "remove it, its homes and end its connections", do_remove },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

void
account_usage(FILE *out)
{
	fputs("\natoll account:\n", out);
	for (size_t i = 0; i < VERBS; i++)
		fprintf(out, "  %-7s %s\n          %s\n", verbs[i].name,
		    verbs[i].argument, verbs[i].does);
	fputs("  options of add and import: --groups G,G  --expires WHEN\n"
	      "    --handout FILE.html|FILE.txt  --host HOST[:PORT];"
	      " of add: --full-name TEXT\n"
	      "    --key FILE; of add and passwd: --generate, or --stdin;"
	      " of remove:\n    --keep-homes\n",
	    out);
}

_Noreturn static void
usage_exit(const char *what, const char *which)
{
	char safe[256];

	utf8_printable(safe, sizeof(safe), which);
	fprintf(stderr, "atoll: account: %s%s\n", what, safe);
	account_usage(stderr);
	exit(USAGE);
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

/* A new account would be gone, with its name's homes, before its first login. */
static void
take_expiry(struct wish *w, const char *word)
{
	time_t now = time(NULL);
	struct err e = { 0 };

	if (when_parse(word, now, &w->expires, &e) == -1)
		usage_exit(e.text, "");
	if (w->expires != 0 && w->expires < now)
		usage_exit("--expires has passed already: ", word);
}

static void
take_option(struct wish *w, int letter)
{
	switch (letter) {
	case 'f':
		w->full_name = optarg;
		break;
	case 'g':
		w->groups = optarg;
		people_words(w->groups);
		break;
	case 'k':
		w->key_file = optarg;
		break;
	case 's':
		w->from_stdin = true;
		break;
	case 'G':
		w->generate = true;
		break;
	case 'x':
		take_expiry(w, optarg);
		break;
	case 'h':
		w->handout = optarg;
		break;
	case 'o':
		w->host = optarg;
		break;
	case 'K':
		w->keep_homes = true;
		break;
	case 'j':
		w->json = true;
		break;
	default: /* getopt_long(3) has said what is wrong */
		account_usage(stderr);
		exit(USAGE);
	}
}

static void
parse_options(struct wish *w, const struct verb *v, int count, char **words)
{
	static const struct option known[] = {
		{ "full-name", required_argument, NULL, 'f' },
		{ "groups", required_argument, NULL, 'g' },
		{ "key", required_argument, NULL, 'k' },
		{ "stdin", no_argument, NULL, 's' },
		{ "generate", no_argument, NULL, 'G' },
		{ "expires", required_argument, NULL, 'x' },
		{ "handout", required_argument, NULL, 'h' },
		{ "host", required_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ "keep-homes", no_argument, NULL, 'K' },
		{ 0 },
	};
	int letter, which;

	optind = 0; /* anew, see getopt(3) */
	while ((letter = getopt_long(count, words, "", known, &which)) != -1) {
		if (letter != '?' && strchr(v->options, letter) == NULL)
			usage_exit("not an option here: --", known[which].name);
		take_option(w, letter);
	}
	if (w->generate && w->from_stdin)
		usage_exit("--generate and --stdin exclude each other", "");
}

int
account_main(const struct account_options *o, int count, char **words)
{
	char no_groups[] = "";
	struct wish w = { .socket = o->socket,
		.json = o->json,
		.full_name = "",
		.groups = no_groups };
	char safe[2 * ERR_TEXT_SIZE];
	const struct verb *v;
	struct err e = { 0 };

	if (count < 2)
		usage_exit("which command?", "");
	if (strcmp(words[1], "--help") == 0) {
		account_usage(stdout);
		return DONE;
	}
	v = find_verb(words[1]);
	if (v == NULL)
		usage_exit("unknown command: ", words[1]);
	parse_options(&w, v, count - 1, words + 1);
	words += 1 + optind;
	count -= 1 + optind;
	if (count < v->words)
		usage_exit("missing: ", v->argument);
	if (count > v->words)
		usage_exit("too many words: ", words[v->words]);
	if (v->run(&w, words, &e) == 0 && fflush(stdout) == 0)
		return DONE;
	utf8_printable(safe, sizeof(safe), e.text);
	fprintf(stderr, "atoll: %s\n", safe);
	return FAILED;
}
