/* link_switch.c - the lab's check pulls a machine's cable, or puts it back. */
#include "gateway/monitor/links/link_switch.h"

#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/machine_job.h"

static bool
on_switched(void *self, struct msg *told)
{
	machine_job_end(self, told == NULL ? NULL : told->lan_switched.reason,
	    "");
	return true;
}

void
link_switch(struct seat *s, struct msg *m)
{
	struct machine_job *j = machine_job_begin(s, m->serial);

	if (j == NULL)
		return;
	log_debug(&s->tag,
	    "link switched by its check machine=%s network=%s"
	    " on=%u",
	    m->self_link.machine, m->self_link.network, m->self_link.is_on);
	build_switch_link(s->monitor, s->sandbox, &m->self_link, on_switched,
	    j);
}
