/* phase.c - the life of the whole: ready, serving, stopping. */
#include "gateway/monitor/phase.h"

#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/admission/proxied.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/browser.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/collector.h"
#include "gateway/monitor/links/control.h"
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/links/recorder.h"
#include "gateway/monitor/links/signers.h"
#include "gateway/monitor/links/staff.h"
#include "gateway/monitor/links/stage.h"
#include "gateway/monitor/links/supervisor_link.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/web.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/seating.h"
#include "gateway/monitor/upgrade/upgrade.h"

#define STOP_MS 10000 /* how long an orderly end may take */

/* It serves when a connection would be answered: with Type=notify systemd then
 * starts what is ordered after atolld (systemd.service(5)). */
static void
check_ready(struct monitor *m)
{
	if (m->phase != STARTING || !m->builder_ready || !zygote_is_ready(m))
		return;
	m->phase = SERVING;
	upgrade_has_loaded(m);
	listeners_resume(m);
	listeners_log(m);
	seating_tick(m);  /* after an upgrade somebody may wait already, */
	recorder_tick(m); /* and recordings go on */
	web_tick(m);
	publish_tick(m);
	supervisor_tell(m, TOLD_SERVING);
}

void
phase_stop(struct monitor *m, int exit_status, const char *why)
{
	struct seat *s, *next;
	struct conn *c;

	if (m->phase == STOPPING) {
		uv_stop(&m->loop); /* asked twice: do not wait */
		return;
	}
	log_info(NULL, "stopping reason=%s connections=%u sandboxes=%u", why,
	    m->registry.conn_count, m->registry.running);
	m->phase = STOPPING;
	supervisor_tell(m, TOLD_STOPPING);
	m->exit_status = exit_status;
	m->stop_at_ms = uv_now(&m->loop) + STOP_MS;
	/* First nobody new, then everybody is told, then the sandboxes go:
	 * their end closes the terminals on which the reason is read. */
	listeners_close(m);
	proxied_close_all(m);
	arrivals_close(&m->arrivals);
	stage_end_all(m, "the gateway stops");
	TAILQ_FOREACH(c, &m->registry.conns, all)
		answer_goodbye(c, why);
	for (s = TAILQ_FIRST(&m->registry.seats); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		ending_evict(m, s, why);
	}
	zygote_close(m);
	control_close(m);
	keys_close(m);
	staff_close(m);
	recorder_close(m);
	collector_close(m);
	web_close(m);
	publish_close(m);
	browser_close(m);
	signers_close(m);
}

static void
check_stopped(struct monitor *m)
{
	bool seats_left = !TAILQ_EMPTY(&m->registry.seats);

	if (m->phase != STOPPING || m->registry.conn_count > 0)
		return;
	/* Without a builder nobody is left to tell of an end: the inits end
	 * with their lifelines, and the next start sweeps. */
	if (m->builder != NULL && !seats_left)
		link_close(m->builder, "stopping");
	if (m->builder == NULL)
		uv_stop(&m->loop);
}

/* Whatever has ended or become ready since the last turn of the loop. */
static void
look(uv_prepare_t *handle)
{
	struct monitor *m = handle->data;

	if (m->failure != NULL && m->phase != STOPPING)
		phase_stop(m, 1, m->failure);
	check_ready(m);
	if (m->phase == SERVING && drain_has_ended(&m->drain, uv_now(&m->loop),
				       TAILQ_EMPTY(&m->registry.seats)))
		phase_stop(m, 0, DRAIN_OVER_TEXT);
	check_stopped(m);
}

void
phase_open(struct monitor *m)
{
	static uv_prepare_t handle; /* in use until exit, as in main.c */

	handle.data = m;
	uv_prepare_init(&m->loop, &handle);
	uv_prepare_start(&handle, look);
}
