/* machine_reset.c - a student has one machine of a seat made anew. */
#include "gateway/monitor/links/machine_reset.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/lab_answer.h"

/* One that is under way; its seat may go before it ends. */
struct machine_job {
	struct monitor *monitor;
	uint32_t sandbox, serial;
};

static bool
on_rebuilt(void *self, struct msg *told)
{
	struct machine_job *j = self;
	struct seat *s = seat_by_sandbox(&j->monitor->registry, j->sandbox);
	char text[TEXT_SIZE + 4] = "It was made anew.\n";

	if (s != NULL && told != NULL) {
		const char *why = told->rebuilt.reason;

		if (why[0] != '\0')
			snprintf(text, sizeof(text), "%s.\n", why);
		lab_answer(s, j->serial, why[0] != '\0' ? LAB_FAILED : LAB_DONE,
		    text);
	}
	free(j);
	return true;
}

bool
machine_reset_may(struct seat *s, uint32_t serial)
{
	const char *why = NULL;

	if (drain_is_on(&s->monitor->drain))
		why = "This gateway goes down for maintenance and starts no new"
		      " sandbox: reset this one after that.\n";
	else if (s->closing.state != CLOSING_NONE)
		why = "The work in this sandbox is being collected: it is kept"
		      " as it is.\n";
	if (why != NULL)
		lab_answer(s, serial, LAB_FAILED, why);
	return why == NULL;
}

static const char *
why_not_now(struct seat *s)
{
	if (s->monitor->handover != HANDOVER_NONE)
		return "The gateway is being upgraded: try again in a"
		       " moment.\n";
	if (!seat_is_live(s))
		return "This sandbox is being ended.\n";
	if (!bucket_take(&s->self.resets, (int64_t)uv_now(&s->monitor->loop)))
		return "Too many resets: try again in half a minute.\n";
	return NULL;
}

void
machine_reset(struct seat *s, struct msg *m)
{
	const char *why;
	struct machine_job *j;

	if (!machine_reset_may(s, m->serial))
		return;
	why = why_not_now(s);
	j = why == NULL ? calloc(1, sizeof(*j)) : NULL;
	if (j == NULL) {
		lab_answer(s, m->serial, LAB_FAILED,
		    why != NULL ? why : "This host is out of memory.\n");
		return;
	}
	*j = (struct machine_job){ s->monitor, s->sandbox, m->serial };
	log_info(&s->tag, "reset by its student machine=%s",
	    m->self_reset.machine);
	build_again(s->monitor, s->sandbox, m->self_reset.machine, on_rebuilt,
	    j);
}
