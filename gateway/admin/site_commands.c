/* site_commands.c - commands about the gateway as a whole, and its host. */
#include "gateway/admin/queries.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/admin/account/when.h"
#include "gateway/admin/checkhost.h"
#include "gateway/admin/print.h"

static int
request_status(struct msg *m, const char *argument, struct err *e)
{
	(void)argument;
	(void)e;
	MSG_NEW(m, ADMIN_STATUS, admin_status);
	return 0;
}

static void
show_status(FILE *out, struct answer *a)
{
	print_status(out, &a->status, time(NULL));
}

static void
show_status_json(FILE *out, struct answer *a)
{
	json_status(out, &a->status);
}

static int
request_reload(struct msg *m, const char *argument, struct err *e)
{
	(void)argument;
	(void)e;
	MSG_NEW(m, ADMIN_RELOAD, admin_reload);
	return 0;
}

/* TIME is a span, or a time of day that is still to come. */
static int
request_drain(struct msg *m, const char *argument, struct err *e)
{
	int64_t now = time(NULL), when;
	struct err ignored;

	MSG_NEW(m, ADMIN_DRAIN, admin_drain);
	m->admin_drain.is_on = argument == NULL || strcmp(argument, "off") != 0;
	if (argument == NULL || m->admin_drain.is_on == 0)
		return 0;
	if (when_parse(argument, now, &when, &ignored) == -1 || when == 0)
		return err_set(e, 0,
		    "\"%.40s\" is no time: write 30m, 2h,"
		    " \"2026-12-31 18:00\", or off to take it back",
		    argument);
	if (when <= now)
		return err_set(e, 0,
		    "\"%.40s\" is not to come: to end everything now, stop"
		    " atolld",
		    argument);
	m->admin_drain.seconds = (uint64_t)(when - now);
	return 0;
}

enum status
site_check(const struct invocation *in, struct err *e)
{
	struct host_report r;
	enum status status;

	if (geteuid() != 0) {
		err_set(e, 0, "check-host must be run as root: try sudo");
		return FAILED;
	}
	if (host_report_get(&r, in->config, e) == -1)
		return FAILED;
	(in->json ? host_report_json : host_report_print)(stdout, &r);
	status = host_report_is_good(&r) ? DONE : FAILED;
	host_report_free(&r);
	return status;
}

#define UPGRADE_SECONDS 30 /* to wait for a moment of quiet */

/* TIME is a span, and may be 0: now or not at all. */
static int
patience_parse(const char *argument, uint32_t *to, struct err *e)
{
	int64_t seconds = UPGRADE_SECONDS;

	if (argument != NULL && strcmp(argument, "0") == 0)
		seconds = 0;
	else if (argument != NULL &&
		 when_parse_span(argument, &seconds, e) == -1)
		return -1;
	*to = seconds < UINT32_MAX ? (uint32_t)seconds + 1 : UINT32_MAX;
	return 0;
}

/* The gateway may be of the build before, or of the next one when it answers. */
enum status
site_upgrade(const struct invocation *in, struct err *e)
{
	struct answer a = { 0 };
	struct msg m;
	struct chan c;

	MSG_NEW(&m, ADMIN_UPGRADE, admin_upgrade);
	if (patience_parse(in->count == 0 ? NULL : in->words[0],
		&m.admin_upgrade.patience, e) == -1)
		return USAGE;
	if (ask_open_any(&c, in->socket, e) == -1)
		return FAILED;
	if (chan_send(&c, &m, e) == -1 || ask_next(&c, &m, e) == -1)
		return FAILED;
	while (m.type == MSG_UPGRADE_WAITS) {
		fprintf(stderr, "atoll: waiting: %s\n", m.upgrade_waits.text);
		if (ask_next(&c, &m, e) == -1)
			return FAILED;
	}
	if (m.type != MSG_UPGRADED) {
		err_set(e, EBADMSG, "the gateway answered with %s",
		    msg_name(m.type));
		return FAILED;
	}
	a.end.status = m.upgraded.status;
	text_copy(a.end.text, TEXT_SIZE, m.upgraded.text);
	query_show(in, &a);
	return a.end.status == 0 ? DONE : FAILED;
}

const struct query status_query = { request_status, show_status,
	show_status_json, NULL };
const struct query reload_query = { request_reload, query_show_lines,
	query_show_outcome_json, NULL };
const struct query drain_query = { request_drain, query_show_lines,
	query_show_outcome_json, NULL };
const struct query upgrade_query = { NULL, query_show_lines,
	query_show_outcome_json, NULL };
