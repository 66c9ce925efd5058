/* self_export.c - a student exports what they changed. */
#include "gateway/monitor/links/self_export.h"
#include "gateway/monitor/links/lab_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/accounts/self_service.h"
#include "gateway/monitor/links/build.h"

/* One that is under way; its seat may go before it ends. */
struct export_job {
	struct monitor *monitor;
	uint32_t sandbox, serial;
};

static bool
on_exported(void *self, struct msg *told)
{
	struct export_job *j = self;
	struct seat *s = seat_by_sandbox(&j->monitor->registry, j->sandbox);
	char text[TEXT_SIZE + 16] = "";

	if (s != NULL && told != NULL) {
		if (told->exported.reason[0] != '\0')
			snprintf(text, sizeof(text), "%s.\n",
			    told->exported.reason);
		s->self.exporting = 0;
		lab_answer(s, j->serial,
		    told->exported.failed != 0 ? LAB_FAILED : LAB_DONE, text);
	}
	free(j);
	return true;
}

static int
check(struct seat *s, struct err *e)
{
	if (self_check(s, SELF_EXPORT, e) == -1)
		return -1;
	if (!seat_is_live(s))
		return err_set(e, 0, "this sandbox is being ended");
	if (s->self.exporting != 0)
		return err_set(e, 0,
		    "an export of this sandbox is running: wait for its end");
	if (!bucket_take(&s->self.exports, (int64_t)uv_now(&s->monitor->loop)))
		return err_set(e, 0,
		    "too many exports: try again in half a minute");
	return 0;
}

static int
begin(struct seat *s, const struct msg *m, struct err *e)
{
	struct export_job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return err_set(e, 0, "this host is out of memory");
	*j = (struct export_job){ s->monitor, s->sandbox, m->serial };
	if (build_self_export(s->monitor, s->sandbox, m->fd[0], on_exported, j,
		e) == 0)
		return 0;
	free(j);
	return -1;
}

void
self_export(struct seat *s, struct msg *m)
{
	struct err e = { 0 };

	if (check(s, &e) == -1 || begin(s, m, &e) == -1) {
		self_refuse(s, m->serial, &e);
		return;
	}
	s->self.exporting = m->serial;
	log_info(&s->tag, "export by its student account=%s lab=%s", s->account,
	    s->lab);
}

void
self_export_stop_all(struct monitor *m)
{
	const struct seat *s;

	TAILQ_FOREACH(s, &m->registry.seats, all) {
		if (s->self.exporting != 0)
			build_stop_export(m, s->sandbox);
	}
}
