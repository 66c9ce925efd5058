/* recording.c - one recording, while it is written. */
#include "gateway/recorder/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"

/* What was begun of it and did not fit is taken away again. */
static void
append(void *self, const char *lines, size_t n)
{
	struct recording *r = self;
	ssize_t wrote;
	off_t end;

	if (r->error == 0 && r->retention->max != 0 &&
	    r->size + n > r->retention->max / RETENTION_PART)
		r->error = EFBIG;
	if (r->error != 0)
		return;
	wrote = write(r->fd, lines, n);
	r->size += n;
	r->retention->written += n;
	if (wrote == (ssize_t)n)
		return;
	r->error = wrote == -1 ? errno : ENOSPC;
	end = lseek(r->fd, 0, SEEK_END);
	if (wrote > 0 && end >= wrote && ftruncate(r->fd, end - wrote) == -1)
		r->error = errno;
}

/* Times never go back, whatever a session says of them. */
static uint64_t
event_time(struct recording *r, uint64_t at_ms)
{
	uint64_t now = (uint64_t)clock_ms();

	if (at_ms > now)
		at_ms = now;
	at_ms = at_ms > r->since_ms ? at_ms - r->since_ms : 0;
	if (at_ms > r->last_ms)
		r->last_ms = at_ms;
	return r->last_ms;
}

/* --- the beginning ---------------------------------------------------------- */

static void
write_header(struct recording *r, const struct recording_plan *plan)
{
	char title[2 * NAME_SIZE + 32];

	snprintf(title, sizeof(title), "%s+%s, terminal %" PRIu32,
	    plan->key.account, plan->key.lab, plan->key.terminal);
	cast_header(&r->cast, &(struct cast_header){ .rows = plan->rows,
				  .cols = plan->cols,
				  .timestamp = plan->key.since,
				  .title = title,
				  .term = plan->term });
}

/* One that was just made is not left without a header. */
static void
give_up(int dir, struct recording *r, bool is_new)
{
	char file[ARCHIVE_FILE_SIZE];

	memcpy(file, r->file, sizeof(file));
	recording_end(r);
	if (is_new && file[0] != '\0')
		archive_remove(dir, file);
}

struct recording *
recording_begin(int dir, const struct recording_plan *plan, struct err *e)
{
	struct recording *r = calloc(1, sizeof(*r));
	bool is_new = plan->file[0] == '\0';

	if (r == NULL) {
		err_set(e, ENOMEM, "a recording");
		return NULL;
	}
	*r = (struct recording){ .is_new = is_new,
		.since_ms = plan->since_ms,
		.retention = plan->retention,
		.rows = plan->rows,
		.cols = plan->cols };
	cast_begin(&r->cast, r, append);
	snprintf(r->file, sizeof(r->file), "%s", plan->file);
	r->fd = is_new ? archive_make(dir, &plan->key, r->file, e)
		       : archive_open(dir, plan->file, O_RDWR | O_APPEND, e);
	if (r->fd != -1 && plan->is_throwaway) {
		archive_remove(dir, r->file);
		r->file[0] = '\0';
	}
	if (r->fd != -1 && is_new && recording_is_ready(r))
		write_header(r, plan);
	if (r->fd == -1 || r->error != 0) {
		if (r->error != 0)
			err_set(e, r->error, "recordings/%s", r->file);
		give_up(dir, r, is_new);
		return NULL;
	}
	return r;
}

/* Of a process that was killed while it wrote, or of a full disk. */
static void
cut_last_line(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char bytes[4096];

	while (end > 0) {
		size_t n =
		    end < (off_t)sizeof(bytes) ? (size_t)end : sizeof(bytes);
		off_t from = end - (off_t)n;

		if (pread(fd, bytes, n, from) != (ssize_t)n)
			return;
		while (n > 0 && bytes[n - 1] != '\n')
			n--;
		if (n > 0) {
			if (ftruncate(fd, from + (off_t)n) == -1)
				return; /* then it is the player's to bear */
			return;
		}
		end = from;
	}
}

bool
recording_is_ready(struct recording *r)
{
	if (r->is_locked)
		return true;
	if (flock(r->fd, LOCK_EX | LOCK_NB) == -1)
		return false;
	r->is_locked = true;
	if (!r->is_new)
		cut_last_line(r->fd);
	r->size = (uint64_t)lseek(r->fd, 0, SEEK_END);
	return true;
}

/* --- events ----------------------------------------------------------------- */

static void
take_size(struct recording *r, uint64_t at_ms, const struct tap_frame *f)
{
	unsigned rows, cols;

	if (!tap_read_size(f, &rows, &cols) ||
	    (rows == r->rows && cols == r->cols) || rows == 0 || cols == 0)
		return;
	r->rows = rows;
	r->cols = cols;
	cast_size(&r->cast, at_ms, rows, cols);
}

static void
take_lost(struct recording *r, uint64_t at_ms, const struct tap_frame *f)
{
	char text[64];
	uint64_t lost;

	if (!tap_read_lost(f, &lost))
		return;
	snprintf(text, sizeof(text),
	    "atoll: %" PRIu64 " bytes are missing here", lost);
	cast_marker(&r->cast, at_ms, text);
}

static void
take_marker(struct recording *r, uint64_t at_ms, const struct tap_frame *f)
{
	char text[512];
	size_t n = f->length < sizeof(text) - 1 ? f->length : sizeof(text) - 1;

	memcpy(text, f->bytes, n);
	text[n] = '\0';
	cast_marker(&r->cast, at_ms, text);
}

int
recording_take(struct recording *r, const struct tap_frame *f)
{
	uint64_t at_ms = event_time(r, f->at_ms);

	switch (f->kind) {
	case TAP_OUTPUT:
		cast_output(&r->cast, at_ms, f->bytes, f->length);
		break;
	case TAP_SIZE:
		take_size(r, at_ms, f);
		break;
	case TAP_MARKER:
		take_marker(r, at_ms, f);
		break;
	case TAP_LOST:
		take_lost(r, at_ms, f);
		break;
	default:
		break;
	}
	return r->error == 0 ? 0 : -1;
}

int
recording_mark(struct recording *r, const char *text)
{
	cast_marker(&r->cast, event_time(r, (uint64_t)clock_ms()), text);
	return r->error == 0 ? 0 : -1;
}

void
recording_end(struct recording *r)
{
	if (r == NULL)
		return;
	scope_close(&r->fd);
	free(r);
}
