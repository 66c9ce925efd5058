/*
 * walk.h - the student's way through a lab's steps: what lab(1) is answered.
 */
#ifndef ATOLL_INIT_WALK_H
#define ATOLL_INIT_WALK_H

#include "gateway/base/bucket.h"
#include "gateway/wire/chan.h"
#include "sandbox/init/lab_socket.h"
#include "sandbox/init/steps.h"

struct walk {
	struct steps steps;
	/* Of the check that runs: of which step, and whether the student goes on
	 * when it is passed. */
	uint32_t checked;
	bool goes_on;
	/* What the monitor has not been told: each is a write to the disk. */
	bool is_due;
	uint32_t passed; /* see PROGRESS */
	struct bucket sends;
};

/* Find the lab's steps; none is fine. */
int walk_open(struct walk *w, const struct msg_init_plan *plan, struct err *e);

/* The same of the steps alone. */
int walk_read(struct steps *s, const struct msg_init_plan *plan, struct err *e);

static inline bool
walk_has_steps(const struct walk *w)
{
	return w->steps.count > 0;
}

/* Is there anything to find out by the check of the step? */
bool walk_wants_check(const struct walk *w);

/* Answer a request of these: STEP, NEXT, BACK, HINT.  False: it is NEXT, and the
 * step's check decides. */
bool walk_asked(struct walk *w, struct lab_client *c);

/* What is to be run to check the step that the student is at; file has room for
 * STEP_FILE_SIZE.  goes_on as above. */
void walk_check(struct walk *w, bool goes_on, char *file);

/* It ended: is the step done?  output is what it printed.  c is who asked, and
 * NULL for nobody. */
void walk_checked(struct walk *w, bool is_done, const char *output,
    struct lab_client *c);

/* Tell the monitor, now or as soon as may be. */
int walk_timeout(const struct walk *w, int64_t now_ms);
void walk_serve(struct walk *w, const struct chan *monitor, int64_t now_ms);

#endif
