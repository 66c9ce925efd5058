/* replay.c - the recordings that there are, and one of them played. */
#include "gateway/admin/replay/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/admin/argument.h"
#include "gateway/admin/replay/player.h"
#include "gateway/admin/replay/recordings_print.h"
#include "gateway/base/escape.h"
#include "gateway/base/scope.h"

#define COPY_BYTES 65536

/* --- recordings ----------------------------------------------------------------- */

static int
request_recordings(struct msg *m, const char *argument, struct err *e)
{
	MSG_NEW(m, ADMIN_RECORDINGS, admin_recordings);
	if (argument == NULL)
		return 0;
	if (argument_lab(argument, e) == -1)
		return -1;
	text_copy(m->admin_recordings.lab, NAME_SIZE, argument);
	return 0;
}

static int
compare(const void *left, const void *right)
{
	const struct msg_recorded *l = left, *r = right;

	if (l->begun != r->begun)
		return l->begun < r->begun ? -1 : 1;
	return strcmp(l->file, r->file);
}

/* The newest is the last, as of a log. */
static void
sort(struct answer *a)
{
	if (a->recording_count > 0)
		qsort(a->recordings, a->recording_count,
		    sizeof(a->recordings[0]), compare);
}

static void
show(FILE *out, struct answer *a)
{
	sort(a);
	print_recordings(out, a->recordings, a->recording_count);
}

static void
show_json(FILE *out, struct answer *a)
{
	sort(a);
	json_recordings(out, a->recordings, a->recording_count);
}

static void
show_csv(FILE *out, struct answer *a)
{
	sort(a);
	csv_recordings(out, a->recordings, a->recording_count);
}

const struct query recordings_query = { request_recordings, show, show_json,
	show_csv };

/* --- which one -------------------------------------------------------------------- */

static int
connect_to(const struct invocation *in, struct chan *c, struct err *e)
{
	return in->link == -1 ? ask_open(c, in->socket, e)
			      : ask_on(c, in->link, e);
}

/* The newest of a seat. */
static int
find_newest(const struct chan *c, const char *account, const char *lab,
    char name[TEXT_SIZE], struct err *e)
{
	struct answer a = { 0 };
	struct msg m;
	int rc;

	MSG_NEW(&m, ADMIN_RECORDINGS, admin_recordings);
	text_copy(m.admin_recordings.lab, NAME_SIZE, lab);
	rc = ask(c, &m, &a, e);
	if (rc == 0 && a.end.status != 0)
		rc = err_set(e, 0, "%s", a.end.text);
	sort(&a);
	name[0] = '\0';
	for (size_t i = 0; i < a.recording_count; i++) {
		if (strcmp(a.recordings[i].account, account) == 0)
			text_copy(name, TEXT_SIZE, a.recordings[i].file);
	}
	answer_free(&a);
	if (rc == 0 && name[0] == '\0')
		rc = err_set(e, 0,
		    "there is no recording of %s+%s: 'atoll recordings' shows"
		    " all",
		    account, lab);
	return rc;
}

/* The monitor has the recorder open it. */
static int
ask_for(const struct chan *c, const char *name, int *file, struct err *e)
{
	struct msg m;

	MSG_NEW(&m, ADMIN_REPLAY, admin_replay);
	text_copy(m.admin_replay.file, TEXT_SIZE, name);
	if (chan_send(c, &m, e) == -1 || ask_next(c, &m, e) == -1)
		return -1;
	if (m.type == MSG_REPLAY) {
		*file = take_fd(&m.fd[0]);
		return 0;
	}
	msg_close(&m);
	return err_set(e, 0, "%s",
	    m.type == MSG_ADMIN_END ? m.admin_end.text
				    : "the gateway answered something else");
}

/* A name as 'atoll recordings' shows it, or a seat. */
static int
open_of_gateway(const struct invocation *in, int *file, struct err *e)
{
	char account[NAME_SIZE], lab[NAME_SIZE], name[TEXT_SIZE];
	const char *what = in->words[0];
	char safe[TEXT_SIZE];
	struct chan c;

	text_copy(name, sizeof(name), what);
	if (!name_split_login(what, account, lab))
		lab[0] = '\0';
	if (lab[0] == '\0' && strchr(what, '/') == NULL) {
		text_escape(safe, sizeof(safe), what);
		return err_set(e, 0,
		    "\"%.80s\" is no recording: write a name as 'atoll"
		    " recordings' shows it, account+lab for its newest, or a"
		    " file",
		    safe);
	}
	if (connect_to(in, &c, e) == -1)
		return -1;
	if (lab[0] != '\0' && find_newest(&c, account, lab, name, e) == -1)
		return -1;
	return ask_for(&c, name, file, e);
}

/* A file of who asks; staff's commands have none. */
static int
open_any(const struct invocation *in, int *file, struct err *e)
{
	if (in->link == -1)
		*file = open(in->words[0], O_RDONLY | O_CLOEXEC);
	if (*file != -1)
		return 0;
	if (in->link == -1 && errno != ENOENT && errno != ENOTDIR)
		return err_set(e, errno, "%s", in->words[0]);
	return open_of_gateway(in, file, e);
}

/* --- replay --------------------------------------------------------------------------- */

/* For a file, or another player: as it is. */
static int
copy(int from, struct err *e)
{
	FREES char *bytes = malloc(COPY_BYTES);
	ssize_t n = -1;

	while (bytes != NULL && (n = read(from, bytes, COPY_BYTES)) > 0) {
		if (fwrite(bytes, 1, (size_t)n, stdout) != (size_t)n)
			return err_set(e, errno, "standard output");
	}
	return n == 0 ? 0 : err_set(e, errno, "the recording");
}

enum status
replay_run(const struct invocation *in, struct err *e)
{
	CLOSES int file = -1;
	FILE *f;
	int rc;

	if (open_any(in, &file, e) == -1)
		return FAILED;
	if (!isatty(STDOUT_FILENO))
		return copy(file, e) == 0 ? DONE : FAILED;
	if (!isatty(STDIN_FILENO)) {
		err_set(e, 0,
		    "standard input is no terminal, from which keys could"
		    " come: 'ssh -t' gives a command one");
		return FAILED;
	}
	f = fdopen(file, "r");
	if (f == NULL) {
		err_set(e, errno, "the recording");
		return FAILED;
	}
	take_fd(&file);
	rc = player_run(f, in->words[0], e);
	fclose(f);
	return rc == 0 ? DONE : FAILED;
}
