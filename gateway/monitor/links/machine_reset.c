/* machine_reset.c - a student has one machine of a seat made anew. */
#include "gateway/monitor/links/machine_reset.h"

#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/lab_answer.h"
#include "gateway/monitor/links/machine_job.h"

static bool
on_rebuilt(void *self, struct msg *told)
{
	machine_job_end(self, told == NULL ? NULL : told->rebuilt.reason,
	    "It was made anew.\n");
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

void
machine_reset(struct seat *s, struct msg *m)
{
	struct machine_job *j;

	if (!machine_reset_may(s, m->serial))
		return;
	j = machine_job_begin(s, m->serial);
	if (j == NULL)
		return;
	if (!bucket_take(&s->self.resets, (int64_t)uv_now(&s->monitor->loop))) {
		machine_job_end(j,
		    "Too many resets: try again in half a minute", "");
		return;
	}
	log_info(&s->tag, "reset by its student machine=%s",
	    m->self_reset.machine);
	build_again(s->monitor, s->sandbox, m->self_reset.machine, on_rebuilt,
	    j);
}
