/* serve.c - one request of the monitor's after the other. */
#include "gateway/collector/serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "gateway/collector/collection.h"
#include "gateway/collector/report_file.h"
#include "gateway/collector/signing_key.h"
#include "gateway/wire/chan.h"

struct collector {
	struct chan monitor;
	int dir; /* state_dir/collected */
	struct signing_key key;
};

/* --- answers ------------------------------------------------------------------ */

static int
answer_failed(const struct collector *c, uint32_t serial, const struct err *why,
    struct err *e)
{
	struct msg m;

	MSG_NEW(&m, COLLECT_FAILED, collect_failed);
	m.serial = serial;
	text_copy(m.collect_failed.reason, TEXT_SIZE, why->text);
	return chan_send(&c->monitor, &m, e);
}

/* With the file, which is closed here; -1: why there is none. */
static int
answer_opened(const struct collector *c, uint32_t serial, int fd,
    const struct err *why, struct err *e)
{
	struct msg m;
	int rc;

	if (fd == -1)
		return answer_failed(c, serial, why, e);
	MSG_NEW(&m, COLLECT_OPENED, collect_opened);
	m.serial = serial;
	m.fd[0] = fd;
	rc = chan_send(&c->monitor, &m, e);
	msg_close(&m);
	return rc;
}

static int
answer_collected(const struct collector *c, uint32_t serial,
    const struct receipt *r, struct err *e)
{
	struct msg m;

	MSG_NEW(&m, COLLECTED, collected);
	m.serial = serial;
	collection_file(&r->of, m.collected.file);
	m.collected.size = r->size;
	text_copy(m.collected.sha256, TEXT_SIZE, r->sha256);
	m.collected.points = r->points;
	m.collected.most = r->most;
	return chan_send(&c->monitor, &m, e);
}

/* --- requests ------------------------------------------------------------------ */

static void
name_it(struct collection *of, const char *lab, const char *account,
    uint64_t begun)
{
	text_copy(of->lab, NAME_SIZE, lab);
	text_copy(of->account, NAME_SIZE, account);
	of->begun = begun;
}

static int
on_open(const struct collector *c, const struct msg *m, struct err *e)
{
	const struct msg_collect_open *asked = &m->collect_open;
	struct err why = { 0 };
	struct receipt r;
	int rc, fd;

	name_it(&r.of, asked->lab, asked->account, asked->begun);
	rc = collection_find(c->dir, &r, &why);
	if (rc == 1)
		return answer_collected(c, m->serial, &r, e);
	fd = rc == -1 ? -1 : collection_create(c->dir, &r.of, &why);
	return answer_opened(c, m->serial, fd, &why, e);
}

static int
on_sign(const struct collector *c, const struct msg *m, struct err *e)
{
	const struct msg_collect_sign *asked = &m->collect_sign;
	struct receipt r = { .points = asked->points, .most = asked->most };
	struct err why = { 0 };

	name_it(&r.of, asked->lab, asked->account, asked->begun);
	if (collection_finish(c->dir, &c->key, &r, &why) == -1)
		return answer_failed(c, m->serial, &why, e);
	return answer_collected(c, m->serial, &r, e);
}

static int
on_find(const struct collector *c, const struct msg *m, struct err *e)
{
	const struct msg_collect_find *asked = &m->collect_find;
	struct err why = { 0 };
	struct receipt r;

	name_it(&r.of, asked->lab, asked->account, asked->begun);
	switch (collection_find(c->dir, &r, &why)) {
	case 1:
		return answer_collected(c, m->serial, &r, e);
	case 0:
		err_set(&why, 0, "it was not collected");
		break;
	default:
		break;
	}
	return answer_failed(c, m->serial, &why, e);
}

static int
on_report_open(const struct collector *c, const struct msg *m, struct err *e)
{
	struct err why = { 0 };
	int fd = report_file_create(c->dir, m->report_open.lab, &why);

	return answer_opened(c, m->serial, fd, &why, e);
}

static int
on_report_keep(const struct collector *c, const struct msg *m, struct err *e)
{
	struct err why = { 0 };
	struct msg answer;

	MSG_NEW(&answer, REPORT_KEPT, report_kept);
	answer.serial = m->serial;
	if (report_file_keep(c->dir, m->report_keep.lab,
		answer.report_kept.file, &why) == -1)
		return answer_failed(c, m->serial, &why, e);
	return chan_send(&c->monitor, &answer, e);
}

static int
on_message(void *self, struct msg *m, struct err *e)
{
	const struct collector *c = self;

	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(&c->monitor, m, e);
	case MSG_COLLECT_OPEN:
		return on_open(c, m, e);
	case MSG_COLLECT_SIGN:
		return on_sign(c, m, e);
	case MSG_COLLECT_FIND:
		return on_find(c, m, e);
	case MSG_REPORT_OPEN:
		return on_report_open(c, m, e);
	case MSG_REPORT_KEEP:
		return on_report_keep(c, m, e);
	default:
		return 0;
	}
}

/* --- the loop ------------------------------------------------------------------ */

int
collector_serve(int link, int dir, struct err *e)
{
	struct collector c = { { link, COLLECTOR, MONITOR }, dir, { NULL } };
	struct pollfd p = { .fd = link, .events = POLLIN };
	int rc = 0;

	if (signing_key_open(&c.key, dir, e) == -1)
		return -1;
	if (chan_hello(&c.monitor, e) == -1)
		rc = -1;
	while (rc == 0) {
		if (poll(&p, 1, -1) == -1 && errno != EINTR)
			rc = err_set(e, errno, "poll");
		else
			rc = chan_hear(&c.monitor, on_message, &c, e);
	}
	signing_key_close(&c.key);
	return rc == 1 ? 0 : -1;
}
