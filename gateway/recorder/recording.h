/*
 * recording.h - one recording, while it is written.	Process: recorder.
 *
 * Whole lines are appended, so that whatever ends us leaves a file that plays; a
 * last line that is cut all the same is cut off by who goes on.  The file is locked
 * (flock(2)): the recorder of the build before may still be at it.
 */
#ifndef ATOLL_RECORDER_RECORDING_H
#define ATOLL_RECORDER_RECORDING_H

#include "gateway/base/tap.h"
#include "gateway/recorder/cast.h"
#include "gateway/recorder/archive.h"
#include "gateway/recorder/retention.h"

struct recording {
	int fd;		   /* owned; -1: it is over */
	bool is_locked;	   /* ours to write */
	bool is_new;	   /* without a header yet */
	uint64_t since_ms; /* of clock.h */
	uint64_t last_ms;  /* of the last event, since then */
	unsigned rows, cols;
	int error;		     /* an errno: the file cannot be written */
	uint64_t size;		     /* bytes of it */
	struct retention *retention; /* not owned */
	char file[ARCHIVE_FILE_SIZE];
	struct cast cast;
};

/* What it begins with. */
struct recording_plan {
	struct archive_key key;
	const char *term;
	unsigned rows, cols;
	uint64_t since_ms;
	const char *file;  /* that is gone on with; "": a new one */
	bool is_throwaway; /* it costs what others do, and has no name */
	struct retention *retention;
};

/* NULL with e filled: there is no such file, or none can be made. */
struct recording *recording_begin(int dir, const struct recording_plan *plan,
    struct err *e);

/* May it be written yet?  Asked again later when it may not. */
bool recording_is_ready(struct recording *r);

/* Take a frame.  -1: it cannot be written, for r->error; what there is plays. */
int recording_take(struct recording *r, const struct tap_frame *f);
int recording_mark(struct recording *r, const char *text);

void recording_end(struct recording *r);

#endif
