/* recordings_query.c - the administrator, or staff, ask for recordings. */
#include "gateway/monitor/links/recordings_query.h"

#include <string.h>

#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/monitor/links/recorder.h"
#include "gateway/wire/chan.h"

#define LOST "the gateway's program for recordings has ended: try again"

static void
pass_row(struct client *c, const struct msg *m)
{
	const struct msg_recording *from = &m->recording;
	struct msg row;

	if (!client_may(c, from->lab))
		return;
	MSG_NEW(&row, RECORDED, recorded);
	memcpy(row.recorded.lab, from->lab, NAME_SIZE);
	memcpy(row.recorded.account, from->account, NAME_SIZE);
	text_copy(row.recorded.file, TEXT_SIZE, from->file);
	row.recorded.begun = from->begun;
	row.recorded.changed = from->changed;
	row.recorded.size = from->size;
	row.recorded.is_written = from->is_written;
	client_send(c, &row);
}

static bool
on_row(void *self, struct msg *m)
{
	struct client *c = self;

	if (m != NULL && m->type == MSG_RECORDING) {
		pass_row(c, m);
		return false;
	}
	client_end(c, m == NULL ? 1 : 0, m == NULL ? LOST : "");
	return true;
}

void
recordings_query(struct client *c, struct msg *msg)
{
	const char *lab = msg->admin_recordings.lab;
	struct err e = { 0 };
	struct msg ask;

	if (lab[0] != '\0' && !client_check(c, lab))
		return;
	MSG_NEW(&ask, RECORDINGS_GET, recordings_get);
	text_copy(ask.recordings_get.lab, NAME_SIZE, lab);
	if (recorder_call(c->monitor, &ask, on_row, c, &e) == -1)
		client_end(c, 1, e.text);
}

/* --- one of them ---------------------------------------------------------------- */

static bool
on_file(void *self, struct msg *m)
{
	struct client *c = self;
	struct err e = { 0 };
	struct msg pass;

	if (m == NULL || m->type != MSG_RECORDING_OPENED) {
		client_end(c, 1,
		    m == NULL ? LOST : m->recording_refused.reason);
		return true;
	}
	MSG_NEW(&pass, REPLAY, replay);
	pass.fd[0] = take_fd(&m->fd[0]);
	if (link_pass(c->link, &pass, &e) == -1)
		client_end(c, 1, e.text);
	else
		client_end(c, 0, "");
	msg_close(&pass);
	return true;
}

/* The lab is what is before the first slash; the recorder looks at the rest.  False: the
 * client was told. */
static bool
check_file(struct client *c, const char *file)
{
	size_t n = strcspn(file, "/");
	char lab[NAME_SIZE] = "", safe[TEXT_SIZE];

	if (n < sizeof(lab))
		text_copy(lab, n + 1, file);
	if (!client_check(c, lab))
		return false;
	text_escape(safe, sizeof(safe), file);
	log_info(&c->tag, "recording is read file=%.200s", safe);
	return true;
}

void
recordings_replay(struct client *c, struct msg *msg)
{
	const char *file = msg->admin_replay.file;
	struct err e = { 0 };
	struct msg ask;

	if (!check_file(c, file))
		return;
	MSG_NEW(&ask, RECORDING_OPEN, recording_open);
	text_copy(ask.recording_open.file, TEXT_SIZE, file);
	if (recorder_call(c->monitor, &ask, on_file, c, &e) == -1)
		client_end(c, 1, e.text);
}

/* --- played on a wall ----------------------------------------------------------- */

/* One end to the recorder, the other to the wall. */
static int
pass_ends(struct client *c, const char *file, struct err *e)
{
	CLOSES int recorder = -1;
	CLOSES int wall = -1;
	struct msg m;

	if (chan_link(&recorder, &wall, e) == -1)
		return -1;
	MSG_NEW(&m, RECORDING_PLAY, recording_play);
	m.fd[0] = recorder;
	text_copy(m.recording_play.file, TEXT_SIZE, file);
	if (recorder_play(c->monitor, &m, e) == -1)
		return -1;
	MSG_NEW(&m, WALL_REPLAYING, wall_replaying);
	m.fd[0] = wall;
	return link_pass(c->link, &m, e);
}

void
recordings_play(struct client *c, struct msg *msg)
{
	const char *file = msg->wall_replay.file;
	struct err e = { 0 };

	if (!check_file(c, file))
		return;
	if (pass_ends(c, file, &e) == -1)
		client_end(c, 1, e.text);
	else
		client_end(c, 0, "");
}
