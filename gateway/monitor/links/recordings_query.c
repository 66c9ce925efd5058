/* recordings_query.c - the administrator, or staff, ask for recordings. */
#include "gateway/monitor/links/recordings_query.h"

#include <string.h>

#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/monitor/links/recorder.h"

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

/* The lab is what is before the first slash; the recorder looks at the rest. */
void
recordings_replay(struct client *c, struct msg *msg)
{
	const char *file = msg->admin_replay.file;
	size_t n = strcspn(file, "/");
	char lab[NAME_SIZE] = "", safe[TEXT_SIZE];
	struct err e = { 0 };
	struct msg ask;

	if (n < sizeof(lab))
		text_copy(lab, n + 1, file);
	if (!client_check(c, lab))
		return;
	text_escape(safe, sizeof(safe), file);
	log_info(&c->tag, "recording is read file=%.200s", safe);
	MSG_NEW(&ask, RECORDING_OPEN, recording_open);
	text_copy(ask.recording_open.file, TEXT_SIZE, file);
	if (recorder_call(c->monitor, &ask, on_file, c, &e) == -1)
		client_end(c, 1, e.text);
}
