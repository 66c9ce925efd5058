/* responses.c - how fast the gateway is for this client, as metrics want it. */
#include "gateway/session/terminal/responses.h"

#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/session/senders.h"

#define EACH_MS 60000

void
responses_seat_asked(struct session *s)
{
	struct responses *r = &s->responses;

	r->asked_ms = clock_ms();
	if (r->told_ms == 0)
		r->told_ms = r->asked_ms; /* a login has enough to say */
}

void
responses_no_terminal(struct session *s)
{
	s->responses.asked_ms = 0;
}

void
responses_printed(struct session *s)
{
	struct responses *r = &s->responses;

	if (s->echoes.typed_us != 0)
		echo_shown(&s->echoes, clock_us());
	if (r->asked_ms == 0)
		return;
	r->first_ms = (uint64_t)(clock_ms() - r->asked_ms) + 1;
	r->asked_ms = 0;
}

void
responses_tell(struct session *s, bool is_end)
{
	struct responses *r = &s->responses;
	bool has_echoes = metric_times(s->echoes.untold) > 0;
	struct msg m;

	if (r->first_ms == 0 && !has_echoes)
		return;
	if (!is_end && clock_ms() - r->told_ms < EACH_MS)
		return;
	MSG_NEW(&m, RESPONSES, responses);
	m.responses.first_ms = r->first_ms;
	if (has_echoes) {
		m.responses.echoes.count = METRIC_SUM + 1;
		memcpy(m.responses.echoes.at, s->echoes.untold,
		    sizeof(s->echoes.untold));
	}
	memset(s->echoes.untold, 0, sizeof(s->echoes.untold));
	r->first_ms = 0;
	r->told_ms = clock_ms();
	link_hint_monitor(s, &m);
}
