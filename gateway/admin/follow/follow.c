/* follow.c - atoll log: what the log has of one student. */
#include "gateway/admin/follow/follow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/admin/follow/logfile.h"
#include "gateway/admin/follow/logjournal.h"
#include "gateway/admin/follow/logmatch.h"
#include "gateway/admin/since.h"
#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/wire/msg.h"

struct follow {
	struct logmatch match;
	bool is_file; /* whose lines are to be chosen */
	bool flushes;
	unsigned long shown;
};

static int
parse_whose(struct logmatch *m, const char *word, struct err *e)
{
	char safe[TEXT_SIZE];

	if (is_name(word)) {
		text_copy(m->account, NAME_SIZE, word);
		return 0;
	}
	if (name_split_login(word, m->account, m->lab))
		return 0;
	text_escape(safe, sizeof(safe), word);
	return err_set(e, 0,
	    "\"%.80s\" is neither a seat nor an account: write account+lab, as"
	    " 'atoll ls' shows them, or the account's name",
	    safe);
}

/* A file may have been written by anybody. */
static int
on_line(void *self, const char *line, struct err *e)
{
	struct follow *f = self;
	enum logmatched found =
	    f->is_file ? logmatch_line(&f->match, line) : LOGMATCH_YES;
	size_t size = 4 * strlen(line) + 1;
	FREES char *safe = NULL;

	if (found == LOGMATCH_NO)
		return 0;
	if (found == LOGMATCH_NO_TIME)
		return err_set(e, 0,
		    "--since needs lines with a time: the journal's, or those"
		    " of a gateway with log = \"json\"");
	safe = malloc(size);
	if (safe == NULL)
		return err_set(e, ENOMEM, "a line");
	text_escape(safe, size, line);
	puts(safe);
	f->shown++;
	if (!f->flushes)
		return 0;
	return fflush(stdout) == 0 ? 0 : err_set(e, errno, "standard output");
}

enum status
follow_run(const struct invocation *in, struct err *e)
{
	struct follow f = { .is_file = in->file != NULL,
		.flushes = in->follow };
	int rc;

	if (parse_whose(&f.match, in->words[0], e) == -1 ||
	    since_parse(in->since, time(NULL), &f.match.since, e) == -1)
		return USAGE;
	if (f.is_file)
		rc = logfile_follow(in->file, in->follow, on_line, &f, e);
	else
		rc = logjournal_read(&f.match, in->follow, on_line, &f, e);
	if (rc == -1)
		return FAILED;
	if (f.shown > 0 || in->follow)
		return DONE;
	err_set(e, 0,
	    "the log has nothing of %s: 'atoll ls' and 'atoll account list'"
	    " tell names, and only root and the groups adm and systemd-journal"
	    " read the journal",
	    in->words[0]);
	return FAILED;
}
