/* machine_job.c - what a seat's init has asked for one of its machines. */
#include "gateway/monitor/links/machine_job.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/monitor/links/lab_answer.h"

struct machine_job {
	struct monitor *monitor;
	uint32_t sandbox, serial;
};

static const char *
why_not_now(const struct seat *s)
{
	if (s->monitor->handover != HANDOVER_NONE)
		return "The gateway is being upgraded: try again in a"
		       " moment.\n";
	return seat_is_live(s) ? NULL : "This sandbox is being ended.\n";
}

struct machine_job *
machine_job_begin(struct seat *s, uint32_t serial)
{
	const char *why = why_not_now(s);
	struct machine_job *j = why == NULL ? calloc(1, sizeof(*j)) : NULL;

	if (j == NULL) {
		lab_answer(s, serial, LAB_FAILED,
		    why != NULL ? why : "This host is out of memory.\n");
		return NULL;
	}
	*j = (struct machine_job){ s->monitor, s->sandbox, serial };
	return j;
}

void
machine_job_end(struct machine_job *j, const char *reason, const char *done)
{
	struct seat *s = seat_by_sandbox(&j->monitor->registry, j->sandbox);
	char text[TEXT_SIZE + 4];

	if (s != NULL && reason != NULL) {
		snprintf(text, sizeof(text), "%s.\n", reason);
		lab_answer(s, j->serial,
		    reason[0] != '\0' ? LAB_FAILED : LAB_DONE,
		    reason[0] != '\0' ? text : done);
	}
	free(j);
}
