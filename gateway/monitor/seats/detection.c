/* detection.c - a seat that looks hostile: who is told, and what follows. */
#include "gateway/monitor/seats/detection.h"

#include <stdio.h>

#include "gateway/base/trapped_calls.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/seats/staff_notice.h"

#define DETAIL_SIZE 160

static const char *const response_names[] = {
	[RESPOND_EXPECTED] = "expected",
	[RESPOND_TELL] = "tell",
};

static enum response
response_to(const struct seat *s, enum sign sign)
{
	const struct config *c = s->monitor->config;
	struct respond r = policy_respond(c, config_lab(c, s->lab));

	switch (sign) {
	case SIGN_PROBES:
		return (enum response)r.probes;
	default:
		return RESPOND_EXPECTED;
	}
}

/* --- what is told ----------------------------------------------------------- */

static const char *const meanings[SIGN_COUNT] = {
	[SIGN_PROBES] = "a program seems to look for a way out of the sandbox",
};

/* With what makes it a sign. */
static void
raise_sign(struct seat *s, enum sign sign, const char *detail)
{
	enum response response = response_to(s, sign);
	char text[TEXT_SIZE];

	if (response == RESPOND_EXPECTED ||
	    !signs_raise(&s->signs, sign, (int64_t)uv_now(&s->monitor->loop)))
		return;
	log_warn(&s->tag, "seat looks hostile sign=%s answer=%s: %s",
	    sign_name(sign), response_names[response], detail);
	snprintf(text, sizeof(text), "%s+%s: %s (%s)", s->account, s->lab,
	    meanings[sign], detail);
	staff_notice(s->monitor, s->lab, s->account, text);
}

/* --- probes ------------------------------------------------------------------ */

static void
list_calls(const struct signs *signs, char to[DETAIL_SIZE])
{
	size_t at = (size_t)snprintf(to, DETAIL_SIZE, "refused calls: ");

	for (int i = 0; i < SIGN_CALLS && at < DETAIL_SIZE; i++) {
		int place = trapped_call_place((int)signs->call[i].number);

		at += (size_t)snprintf(to + at, DETAIL_SIZE - at, "%s%s",
		    i == 0 ? "" : ", ",
		    place == -1 ? "?" : trapped_call_at((size_t)place)->name);
	}
}

void
detection_trapped(struct monitor *m, const struct msg_trapped *told)
{
	struct seat *s = seat_by_sandbox(&m->registry, told->sandbox);
	int64_t now = (int64_t)uv_now(&m->loop);
	char detail[DETAIL_SIZE];
	bool is_sign = false;

	if (s == NULL)
		return;
	s->signs.trapped += told->count;
	for (uint32_t i = 0; i < told->calls.count; i++) {
		int place = trapped_call_place((int)told->calls.id[i]);

		if (place != -1 &&
		    trapped_call_at((size_t)place)->kind == TRAPPED_PROBE)
			is_sign |=
			    signs_call(&s->signs, told->calls.id[i], now);
	}
	if (!is_sign)
		return;
	list_calls(&s->signs, detail);
	raise_sign(s, SIGN_PROBES, detail);
}
