/* sandbox_news.c - what becomes of a sandbox: built, at a limit, ended. */
#include "gateway/monitor/seats/sandbox_news.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/seats/closing.h"
#include "gateway/monitor/seats/detection.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/introduce.h"
#include "gateway/monitor/seats/limit_notice.h"
#include "gateway/monitor/seats/seat_queue.h"
#include "gateway/monitor/seats/seating.h"

void
sandbox_built(struct monitor *m, const struct msg_built *built, int init_fd)
{
	CLOSES int fd = init_fd;
	struct seat *s = seat_by_sandbox(&m->registry, built->sandbox);
	struct err e = { 0 };
	struct conn *c, *next;

	if (s == NULL || s->state != SEAT_BUILDING)
		return; /* it is being demolished already */
	if (chan_nonblock(fd, &e) == 0)
		s->init =
		    link_open(&m->loop, take_fd(&fd), m->routes->init, s, &e);
	if (s->init == NULL) {
		log_error(&s->tag, "cannot take over the link to init: %s",
		    e.text);
		ending_demolish(m, s);
		return;
	}
	s->built_ms = uv_now(&m->loop);
	if (s->began_ms != 0)
		metrics_lab_observe(&m->metrics, s->lab, METRIC_BUILD,
		    s->built_ms - s->began_ms);
	seat_step(&m->registry, s, SEAT_LIVE);
	seat_fill_words(s);
	text_copy(s->image, sizeof(s->image), built->image);
	text_copy(s->sha256, sizeof(s->sha256), built->sha256);
	log_info(&s->tag,
	    "sandbox ready address=%s ms=%" PRIu64 " warm=%s machines=%u"
	    " cgroup=%s image=%s sha256=%s",
	    s->first_peer.text, uv_now(&m->loop) - s->asked_ms,
	    built->was_warm != 0 ? "yes" : "no", s->places, built->cgroup,
	    s->image, s->sha256[0] == '\0' ? "unknown" : s->sha256);
	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		if (c->state == CONN_WAITING) /* or it was told goodbye */
			introduce_to_seat(c, s);
	}
}

void
sandbox_build_failed(struct monitor *m, uint32_t sandbox, const char *reason,
    bool by_setup)
{
	struct seat *s = seat_by_sandbox(&m->registry, sandbox);
	char told[TEXT_SIZE];

	if (s == NULL)
		return;
	log_error(&s->tag, "cannot build: %s", reason);
	metrics_lab_add(&m->metrics, s->lab, METRIC_BUILD_FAILED, 0, 1);
	diary_refused(m, s->lab, "build_failed");
	/* What a setup printed is long, perhaps: what to do stands first. */
	if (by_setup)
		snprintf(told, sizeof(told), "tell your instructor: %s",
		    reason);
	else
		snprintf(told, sizeof(told),
		    "the sandbox could not be built; tell the administrator,"
		    " who finds the reason in the log");
	seat_queue_turn_away(s, told);
	seat_remove(&m->registry, s);
	seat_queue_advance(m);
}

void
sandbox_refused_in_all(struct monitor *m, const struct msg_refused_in_all *all)
{
	metrics_lab_add(&m->metrics, all->lab, METRIC_NET_REFUSED,
	    NET_REFUSAL_EGRESS, all->refused);
	metrics_lab_add(&m->metrics, all->lab, METRIC_NET_REFUSED,
	    NET_REFUSAL_TOO_FAST, all->too_fast);
	metrics_lab_add(&m->metrics, all->lab, METRIC_NET_REFUSED,
	    NET_REFUSAL_TOO_MANY, all->too_many);
}

void
sandbox_limit_hit(struct monitor *m, const struct msg_limit_hit *hit)
{
	struct seat *s = seat_by_sandbox(&m->registry, hit->sandbox);
	uint32_t limit = hit->limit;
	char text[TEXT_SIZE];
	struct conn *c;

	if (s == NULL || limit >= LIMIT_COUNT)
		return;
	limit_notice_text(s, config_lab(m->config, s->lab), hit->machine,
	    (enum limit)limit, text);
	metrics_lab_add(&m->metrics, s->lab, METRIC_LIMITS, limit, hit->count);
	s->limits_met[limit] += hit->count;
	if (hit->machine[0] == '\0')
		log_info(&s->tag, "limit hit limit=%s",
		    limit_notice_name((enum limit)limit));
	else
		log_info(&s->tag, "limit hit machine=%s limit=%s", hit->machine,
		    limit_notice_name((enum limit)limit));
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c, text);
	}
	detection_limit(s, (enum limit)limit, hit->count);
}

/* Who asked while the sandbox was ending gets a new one. */
static void
seat_again(struct monitor *m, struct seat *s)
{
	char account[NAME_SIZE], lab[NAME_SIZE];
	struct conns waiting = TAILQ_HEAD_INITIALIZER(waiting);
	struct conn *c;

	text_copy(account, sizeof(account), s->account);
	text_copy(lab, sizeof(lab), s->lab);
	while ((c = TAILQ_FIRST(&s->conns)) != NULL) {
		bool again = c->state == CONN_WAITING;

		conn_detach(c);
		if (c->state != CONN_CLOSING)
			conn_step(c, CONN_READY);
		if (again)
			TAILQ_INSERT_TAIL(&waiting, c, seated);
	}
	seat_remove(&m->registry, s);
	while ((c = TAILQ_FIRST(&waiting)) != NULL) {
		TAILQ_REMOVE(&waiting, c, seated);
		seating_open(c, lab);
	}
}

void
sandbox_ended(struct monitor *m, const struct msg_ended *ended)
{
	struct seat *s = seat_by_sandbox(&m->registry, ended->sandbox);

	if (s == NULL)
		return;
	closing_sandbox_ended(s);
	publish_seat_over(s);
	log_info(&s->tag,
	    "sandbox ended seconds=%" PRIu64 " cpu_ms=%" PRIu64
	    " memory_peak_kib=%" PRIu64,
	    (uint64_t)time(NULL) - s->since, ended->cpu_us / 1000,
	    ended->memory_peak >> 10);
	metrics_lab_add(&m->metrics, s->lab, METRIC_LAB_CPU, 0, ended->cpu_us);
	diary_visit(m, s, ended);
	if (s->ending_ms != 0)
		metrics_lab_observe(&m->metrics, s->lab, METRIC_DEMOLISH,
		    uv_now(&m->loop) - s->ending_ms);
	if (s->init != NULL)
		link_forget(take_ptr(&s->init));
	seat_again(m, s);
	seat_queue_advance(m);
}

void
sandbox_init_closed(void *self, const char *why)
{
	struct seat *s = self;
	struct monitor *m = s->monitor;

	log_debug(&s->tag, "lifeline closed: %s", why);
	s->init = NULL;
	if (seat_is_live(s))
		ending_demolish(m, s);
}
