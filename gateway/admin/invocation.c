/* invocation.c - atoll's command line. */
#include "gateway/admin/invocation.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/account/handout.h"
#include "gateway/admin/account/people.h"
#include "gateway/admin/account/time_factor.h"
#include "gateway/admin/account/when.h"
#include "gateway/admin/usage.h"
#include "gateway/base/time_factor.h"
#include "gateway/base/utf8.h"

/* --- options ------------------------------------------------------------ */

_Noreturn static void
usage_exit(const struct family *f, const char *what, const char *which)
{
	char safe[256];

	utf8_printable(safe, sizeof(safe), which);
	fprintf(stderr, "atoll: %s%s%s%s\n", f->name,
	    f->name[0] == '\0' ? "" : ": ", what, safe);
	usage(stderr, f);
	exit(USAGE);
}

/* An expiry in the past is refused: the account, and with it the homes of its
 * name, could be removed before the first login. */
static void
take_expiry(struct invocation *in, const struct family *f, const char *word)
{
	time_t now = time(NULL);
	struct err e = { 0 };

	if (when_parse(word, now, &in->expires, &e) == -1)
		usage_exit(f, e.text, "");
	in->has_expires = true;
	if (in->expires != 0 && in->expires < now)
		usage_exit(f, "--expires must be in the future: ", word);
}

static void
take_per_sheet(struct invocation *in, const struct family *f, const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (word[0] < '0' || word[0] > '9' || *end != '\0' || n < 1 ||
	    n > PER_SHEET_MAX)
		usage_exit(f,
		    "--per-sheet takes 1 to 8 students on a sheet, not ", word);
	in->per_sheet = (unsigned)n;
}

static void
take_students(struct invocation *in, const struct family *f, const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (word[0] < '0' || word[0] > '9' || *end != '\0' || n < 1 || n > 5000)
		usage_exit(f, "-n takes 1 to 5000 students, not ", word);
	in->students = (unsigned)n;
}

/* Parts of one, too. */
static void
take_minutes(struct invocation *in, const struct family *f, const char *word)
{
	char *end;

	in->minutes = strtod(word, &end);
	if (word[0] < '0' || word[0] > '9' || *end != '\0' ||
	    !(in->minutes >= 0.01) || in->minutes > 600)
		usage_exit(f, "--minutes takes 0.01 to 600, not ", word);
}

/* Options that a command does not take are stored too, and refused later: which
 * command it is, is known only when all options were read. */
static void
take_flag(struct invocation *in, int letter)
{
	switch (letter) {
	case 'J':
		in->json = true;
		break;
	case 'C':
		in->csv = true;
		break;
	case 'P':
		in->by_step = true;
		break;
	case 'S':
		in->from_stdin = true;
		break;
	case 'G':
		in->generate = true;
		break;
	case 'u':
		in->skip_unknown = true;
		break;
	case 'O':
		in->once = true;
		break;
	case 'f':
		in->follow = true;
		break;
	case 'B':
		in->beside_students = true;
		break;
	case 'K':
		in->keep_homes = true;
		break;
	}
}

static void
take_text(struct invocation *in, int letter, char *text)
{
	switch (letter) {
	case 's':
		in->socket = text;
		break;
	case 'c':
		in->config = text;
		break;
	case 'F':
		in->full_name = text;
		break;
	case 'g':
		people_words(text);
		in->groups = text;
		break;
	case 'k':
		in->key_file = text;
		break;
	case 'h':
		in->handout = text;
		break;
	case 'o':
		in->host = text;
		break;
	case 'i':
		in->image = text;
		break;
	case 'D':
		in->done = text;
		break;
	case 'W':
		in->since = text;
		break;
	case 'R':
		in->through = text;
		break;
	case 'A':
		in->html = text;
		break;
	case 'L':
		in->file = text;
		break;
	}
}

/* Values that can be wrong in themselves. */
static void
take_checked(struct invocation *in, const struct family *f, int letter,
    const char *text)
{
	struct err e = { 0 };

	if (letter == 'x') {
		take_expiry(in, f, text);
	} else if (letter == 'T') {
		if (time_factor_parse(text, &in->time_factor, &e) == -1)
			usage_exit(f, e.text, "");
	} else if (letter == 'p') {
		take_per_sheet(in, f, text);
	} else if (letter == 'n') {
		take_students(in, f, text);
	} else if (letter == 'M') {
		take_minutes(in, f, text);
	} else if (letter == 't') {
		if (!utf8_is_valid(text))
			usage_exit(f, "--title must be UTF-8: ", text);
		in->title = text;
	} else if (letter == 'm' && !naming_parse(text, &in->naming)) {
		usage_exit(f, "--names takes email or lower, not ", text);
	}
}

/* --- the whole line ----------------------------------------------------- */

static const struct family *
family_find(const struct commander *who, const char *name)
{
	if (who->is_staff)
		return staff_family();
	for (size_t i = 1; i < FAMILIES; i++) {
		if (strcmp(families[i]->name, name) == 0)
			return families[i];
	}
	return families[0];
}

static const struct command *
command_find(const struct family *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->commands[i].name, name) == 0)
			return &f->commands[i];
	}
	return NULL;
}

/* Which options there were, to be checked when the command is known. */
struct given {
	bool letter[128];
	bool help;
};

/* The table as getopt_long(3) wants it. */
static void
fill_options(struct option to[COMMAND_OPTIONS + 1])
{
	for (size_t i = 0; i < COMMAND_OPTIONS; i++)
		to[i] = (struct option){ command_options[i].name,
			command_options[i].argument == NULL ? no_argument
							    : required_argument,
			NULL, command_options[i].letter };
	to[COMMAND_OPTIONS] = (struct option){ 0 };
}

static void
read_options(struct invocation *in, const struct family *f, int argc,
    char **argv, struct given *given)
{
	struct option options[COMMAND_OPTIONS + 1];
	int letter;

	fill_options(options);
	while ((letter = getopt_long(argc, argv, "s:c:fn:", options, NULL)) !=
	       -1) {
		if (letter == 'V') {
			printf("atoll %s\n", VERSION);
			exit(DONE);
		}
		if (letter == '?') { /* getopt_long(3) has said what is wrong */
			usage(stderr, f);
			exit(USAGE);
		}
		given->letter[letter] = true;
		if (letter == 'H')
			given->help = true;
		else if (optarg == NULL)
			take_flag(in, letter);
		else
			take_text(in, letter, optarg);
		if (optarg != NULL)
			take_checked(in, f, letter, optarg);
	}
}

/* The family must be known before options are read, since errors show its
 * usage.  So the two options that may stand before it with a value are stepped
 * over; the form --socket=PATH is one word. */
static const struct family *
find_family(const struct commander *who, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (word[0] != '-')
			return family_find(who, word);
		if (strcmp(word, "-s") == 0 || strcmp(word, "-c") == 0 ||
		    strcmp(word, "--socket") == 0 ||
		    strcmp(word, "--config") == 0)
			i++;
	}
	return who->is_staff ? staff_family() : families[0];
}

static void
check_options(const struct invocation *in, const struct family *f,
    const struct given *given)
{
	for (size_t i = 0; i < COMMAND_OPTIONS; i++) {
		const struct command_option *o = &command_options[i];

		if (given->letter[o->letter] && in->link != -1 &&
		    strchr(COMMAND_NOT_STAFF, o->letter) != NULL)
			usage_exit(f, "staff have no option --", o->name);
		if (!given->letter[o->letter] ||
		    strchr(COMMAND_EVERYWHERE, o->letter) != NULL ||
		    strchr(in->command->options, o->letter) != NULL)
			continue;
		if (o->letter == 'C')
			usage_exit(f,
			    "--csv is of results, stuck, hands, collected,"
			    " recordings and account list, not of ",
			    in->command->name);
		usage_exit(f, "this command has no option --", o->name);
	}
	if (in->csv && in->json)
		usage_exit(f, "give --json or --csv, not both", "");
	if (in->generate && in->from_stdin)
		usage_exit(f, "give --generate or --stdin, not both", "");
	if (in->handout == NULL && strchr(in->command->options, 'h') != NULL &&
	    (in->host != NULL || in->title != NULL || in->per_sheet != 0))
		usage_exit(f, "--host, --title and --per-sheet need --handout",
		    "");
}

static void
take_words(struct invocation *in, const struct family *f, int count,
    char **words)
{
	if (f->name[0] != '\0' && count > 0) {
		count--;
		words++;
	}
	if (count == 0)
		usage_exit(f, "a command is missing", "");
	in->command = command_find(f, words[0]);
	if (in->command == NULL)
		usage_exit(f, "unknown command: ", words[0]);
	in->count = count - 1;
	in->words = words + 1;
	if (in->count < in->command->least)
		usage_exit(f, "missing: ", in->command->argument);
	if (in->count > in->command->most)
		usage_exit(f, "too many words: ", in->words[in->command->most]);
}

void
invocation_parse(struct invocation *in, const struct commander *who, int argc,
    char **argv)
{
	const struct family *f = find_family(who, argc, argv);
	static char no_groups[] = "";
	struct given given = { 0 };

	*in = (struct invocation){ .link = who->is_staff ? who->link : -1,
		.socket = SOCKET_DEFAULT,
		.config = CONFIG_DEFAULT,
		.full_name = "",
		.groups = no_groups,
		.minutes = 10,
		.time_factor = TIME_FACTOR_NONE };
	read_options(in, f, argc, argv, &given);
	if (given.help) {
		usage(stdout, f);
		exit(DONE);
	}
	take_words(in, f, argc - optind, argv + optind);
	check_options(in, f, &given);
}
