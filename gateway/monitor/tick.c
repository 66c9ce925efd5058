/* tick.c - what the monitor looks at once a second. */
#include "gateway/monitor/tick.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/purge.h"
#include "gateway/monitor/accounts/registration.h"
#include "gateway/monitor/accounts/rehearsal.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/hands_query.h"
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/links/lab_report.h"
#include "gateway/monitor/links/recorder.h"
#include "gateway/monitor/links/signers.h"
#include "gateway/monitor/links/stage.h"
#include "gateway/monitor/links/terminals_query.h"
#include "gateway/monitor/links/wall.h"
#include "gateway/monitor/links/watch.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/web.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/seats/closing.h"
#include "gateway/monitor/seats/closing_resume.h"
#include "gateway/monitor/seats/detection.h"
#include "gateway/monitor/seats/own_check.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/seats/results.h"
#include "gateway/monitor/seats/seating.h"

#define CLOSING_MS   5000  /* for a session to say goodbye */
#define GRACE_ADD_MS 10000 /* sessions end themselves at login_grace */

/* A session process ends itself at login_grace and after its goodbye; one that
 * was taken over may not. */
static void
end_overdue(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	/* A student who makes an account has more to type. */
	uint64_t times =
	    policy_registration(m->config) == NULL ? 1 : NEWCOMER_TIMES;
	uint64_t grace =
	    (uint64_t)m->config->login_grace * 1000 * times + GRACE_ADD_MS;
	struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all) {
		bool is_early =
		    c->state == CONN_AUTH || c->state == CONN_CHECKING;

		if (c->state == CONN_CLOSING && now - c->since_ms > CLOSING_MS)
			link_close(c->link, "did not hang up");
		else if (is_early && now - c->since_ms > grace)
			link_close(c->link, "did not log in");
	}
}

/* A connection that is logged in and asks for nothing counts for
 * connections_per_account, or takes one of the places of those without an
 * account: it is not to keep that for ever. */
static void
end_unused(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	uint64_t limit = (uint64_t)m->config->unused_timeout * 1000;
	char text[TEXT_SIZE], span[SPAN_SIZE];
	struct conn *c;

	span_text(m->config->unused_timeout, span);
	snprintf(text, sizeof(text),
	    "nothing was asked for in %s (unused_timeout)", span);
	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->state != CONN_READY)
			c->unused_ms = 0;
		else if (c->unused_ms == 0)
			c->unused_ms = now;
		else if (limit > 0 && now - c->unused_ms >= limit)
			answer_goodbye(c, text);
	}
}

static void
watch_clock(struct monitor *m)
{
	int64_t ahead =
	    wall_clock_look(&m->wall_clock, time(NULL), uv_now(&m->loop));

	if (ahead > 0)
		log_warn(NULL,
		    "this host's clock has jumped ahead seconds=%" PRId64
		    ": for %d seconds no sandbox ends because its lab closes",
		    ahead, WALL_CLOCK_GRACE_S);
}

void
monitor_tick(uv_timer_t *handle)
{
	struct monitor *m = handle->data;

	watch_clock(m);
	end_overdue(m);
	end_unused(m);
	admission_tick(m);
	terminals_query_tick(m);
	hands_query_tick(m);
	if (m->phase == SERVING && !handover_is_on(m)) {
		seating_tick(m);
		purge_tick(m);
		rehearsal_tick(m);
		results_tick(m);
		diary_tick(m);
		own_check_tick(m);
		closing_resume(m);
		closing_look(m);
		lab_report_tick(m);
		detection_tick(m);
		signers_tick(m);
		zygote_tick(m);
		keys_tick(m);
		recorder_tick(m);
		web_tick(m);
		publish_tick(m);
		wall_look(m);
		watch_look(m);
		stage_look(m);
		listeners_resume(m);
	}
	if (m->phase == STOPPING && uv_now(&m->loop) > m->stop_at_ms)
		uv_stop(&m->loop);
}
