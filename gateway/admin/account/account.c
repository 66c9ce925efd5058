/* account.c - atoll account: its words, their options, and those that look. */
#include "gateway/admin/account/account.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/account/account_ask.h"
#include "gateway/admin/account/account_verbs.h"
#include "gateway/admin/account/handout.h"
#include "gateway/admin/account/people.h"
#include "gateway/admin/account/when.h"
#include "gateway/base/utf8.h"

enum status { DONE = 0, FAILED = 1, USAGE = 2 };

struct verb {
	const char *name, *argument;
	int words; /* that must follow */
	const char *options, *does;
	int (*run)(const struct wish *w, char **words, struct err *e);
};

/* --- looking ---------------------------------------------------------------- */

static int
do_list(const struct wish *w, char **words, struct err *e)
{
	struct chan c;

	(void)words;
	if (ask_open(&c, w->socket, e) == -1)
		return -1;
	return accounts_list(&c,
	    w->json  ? ACCOUNTS_JSON
	    : w->csv ? ACCOUNTS_CSV
		     : ACCOUNTS_TABLE,
	    stdout, e);
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
	{ "add", "NAME", 1, "fgksGxhotp",
	    "make an account; asks for its password", account_add },
	{ "import", "FILE.csv", 1, "gxhotpnu",
	    "make all accounts of a file, or none", account_import },
	{ "list", "[--json | --csv]", 0, "jc", "all accounts", do_list },
	{ "show", "NAME", 1, "j", "one account with its keys", do_show },
	{ "passwd", "NAME", 1, "sG", "set the password", account_passwd },
	{ "key", "add NAME FILE | remove NAME FILE|NUMBER", 3, "",
	    "change the keys", account_key },
	{ "groups", "NAME GROUP,GROUP", 2, "", "set the groups",
	    account_groups },
	{ "lock", "NAME", 1, "", "refuse its logins and end its connections",
	    account_lock },
	{ "unlock", "NAME", 1, "", "undo lock", account_unlock },
	{ "expire", "NAME WHEN", 2, "", "2026-12-31, 30d, now or never",
	    account_expire },
	{ "remove", "NAME", 1, "K",
	    "remove it, its homes and end its connections", account_remove },
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
	      "    --handout FILE.html|FILE.txt  --host HOST[:PORT]"
	      "  --title TEXT\n"
	      "    --per-sheet N; of add: --full-name TEXT  --key FILE;\n"
	      "    of add and passwd: --generate, or --stdin;"
	      " of remove:\n    --keep-homes;"
	      " of import: --names email|lower  --skip-unknown\n",
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
take_per_sheet(struct wish *w, const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (word[0] < '0' || word[0] > '9' || *end != '\0' || n < 1 ||
	    n > PER_SHEET_MAX)
		usage_exit("--per-sheet is 1 to 8 students, not ", word);
	w->per_sheet = (unsigned)n;
}

static void
take_title(struct wish *w, const char *word)
{
	if (!utf8_is_valid(word))
		usage_exit("--title is not UTF-8: ", word);
	w->title = word;
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
	case 't':
		take_title(w, optarg);
		break;
	case 'p':
		take_per_sheet(w, optarg);
		break;
	case 'n':
		if (!naming_parse(optarg, &w->naming))
			usage_exit("--names is email or lower, not ", optarg);
		break;
	case 'u':
		w->skip_unknown = true;
		break;
	case 'K':
		w->keep_homes = true;
		break;
	case 'j':
		w->json = true;
		break;
	case 'c':
		w->csv = true;
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
		{ "csv", no_argument, NULL, 'c' },
		{ "title", required_argument, NULL, 't' },
		{ "per-sheet", required_argument, NULL, 'p' },
		{ "names", required_argument, NULL, 'n' },
		{ "skip-unknown", no_argument, NULL, 'u' },
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
	if (w->handout == NULL &&
	    (w->host != NULL || w->title != NULL || w->per_sheet != 0))
		usage_exit("--host, --title and --per-sheet are of --handout",
		    "");
	if (w->csv && strchr(v->options, 'c') == NULL)
		usage_exit("--csv is not for ", v->name);
	if (w->csv && w->json)
		usage_exit("--json or --csv, not both", "");
}

int
account_main(const struct account_options *o, int count, char **words)
{
	char no_groups[] = "";
	struct wish w = { .socket = o->socket,
		.json = o->json,
		.csv = o->csv,
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
	if (v->run(&w, words, &e) == 0)
		return DONE; /* the output is checked at the exit */
	utf8_printable(safe, sizeof(safe), e.text);
	fprintf(stderr, "atoll: %s\n", safe);
	return FAILED;
}
