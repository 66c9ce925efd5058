/* listing.c - which recordings there are, and the bytes of one. */
#include "gateway/recorder/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "gateway/base/scope.h"

struct listing {
	const struct recorder *recorder;
	uint32_t serial;
	bool is_lost; /* the monitor is gone: nothing more is said */
};

static void
tell_row(void *self, const struct archive_entry *e)
{
	struct listing *l = self;
	struct err ignored;
	struct msg m;

	if (l->is_lost)
		return;
	MSG_NEW(&m, RECORDING, recording);
	m.serial = l->serial;
	memcpy(m.recording.lab, e->lab, NAME_SIZE);
	memcpy(m.recording.account, e->account, NAME_SIZE);
	text_copy(m.recording.file, TEXT_SIZE, e->file);
	m.recording.begun = e->begun;
	m.recording.changed = e->changed;
	m.recording.size = e->size;
	m.recording.is_written = archive_is_written(l->recorder->dir, e->file);
	l->is_lost = chan_send(&l->recorder->monitor, &m, &ignored) == -1;
}

void
listing_tell(const struct recorder *r, const struct msg *m)
{
	struct listing l = { .recorder = r, .serial = m->serial };
	struct err ignored;
	struct msg end;

	archive_walk(r->dir, m->recordings_get.lab, tell_row, &l);
	MSG_NEW(&end, RECORDINGS_END, recordings_end);
	end.serial = m->serial;
	chan_send(&r->monitor, &end, &ignored);
}

void
listing_open(const struct recorder *r, const struct msg *m)
{
	struct err e = { 0 }, ignored;
	struct msg answer;
	int fd = archive_open(r->dir, m->recording_open.file, O_RDONLY, &e);

	if (fd == -1) {
		MSG_NEW(&answer, RECORDING_REFUSED, recording_refused);
		text_copy(answer.recording_refused.reason, TEXT_SIZE, e.text);
	} else {
		MSG_NEW(&answer, RECORDING_OPENED, recording_opened);
		answer.fd[0] = fd;
	}
	answer.serial = m->serial;
	chan_send(&r->monitor, &answer, &ignored);
	msg_close(&answer);
}
