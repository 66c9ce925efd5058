/* reload.c - the configuration is read anew. */
#include "gateway/monitor/reload.h"

#include <string.h>
#include <time.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/recorder.h"
#include "gateway/monitor/links/client.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/seats/allowance.h"

/* One error, for the tools that wait. */
static void
tell_error(struct monitor *m, const char *text)
{
	struct client *c;
	struct msg row;

	MSG_NEW(&row, ADMIN_LINE, admin_line);
	text_copy(row.admin_line.text, TEXT_SIZE, text);
	TAILQ_FOREACH(c, &m->clients, all) {
		if (c->awaits_load)
			client_send(c, &row);
	}
}

/* Its end: why is NULL when all went well. */
static void
tell_end(struct monitor *m, const char *why)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->clients, all) {
		if (!c->awaits_load)
			continue;
		c->awaits_load = false;
		client_end(c, why == NULL ? 0 : 1, why == NULL ? "" : why);
	}
}

/* The builder has put its plans in force before it answered: from here on both
 * go by the same labs. */
static void
take_over(struct monitor *m, struct config *next, const char *cgroup)
{
	if (next != m->config) {
		/* Named as on the command line, which is what errors quote; the
		 * loader was given its absolute path. */
		next->file = arena_text(&next->arena, m->config->file);
		config_free(m->config);
		m->config = next;
	}
	m->loaded = (uint64_t)time(NULL);
	accounts_compare(m);
	allowance_refresh(m);
	recorder_limit(m);
	log_info(NULL, "configuration loaded labs=%zu accounts=%zu",
	    next->lab_count, next->account_count);
	text_copy(m->cgroup_mode, sizeof(m->cgroup_mode), cgroup);
	zygote_renew(m); /* with the host keys of today */
	if (!zygote_is_renewing(m))
		tell_end(m, NULL);
}

/* After an upgrade it is mostly that of before, and is in force already: whoever
 * logs in need not wait until it is parsed again. */
static struct config *
parse(struct monitor *m, const char *text, struct diagnostics *out)
{
	FREES char *before = take_ptr(&m->config_text);

	if (text == NULL)
		return NULL;
	if (before != NULL && strcmp(before, text) == 0)
		return m->config;
	return config_parse(text, out);
}

static void
on_loaded(struct monitor *m, struct msg *msg)
{
	FREES char *text = config_read_fd(msg->fd[0]);
	struct diagnostics out;
	struct config *next;

	m->loading = false;
	diagnostics_init(&out);
	next = parse(m, text, &out);
	if (next == NULL) {
		diagnostics_log(&out);
		tell_end(m,
		    "atolld cannot read what atoll-loader made of it: install"
		    " both from one package, and restart atolld");
	} else {
		take_over(m, next, msg->loaded.cgroup);
	}
	diagnostics_free(&out);
	m->builder_ready = true;
	m->is_load_refused = next == NULL;
}

static void
on_refused(struct monitor *m)
{
	m->loading = false;
	tell_end(m, "the old configuration stays in force");
	m->is_load_refused = true;
	/* With the sandboxes and the zygote that there are. */
	if (m->is_upgraded && zygote_is_ready(m))
		m->builder_ready = true;
	if (m->builder_ready)
		log_error(NULL,
		    "reload refused: the old configuration stays in force");
	else
		monitor_fail(m, "the configuration has errors");
}

static bool
on_reply(void *self, struct msg *msg)
{
	struct monitor *m = self;

	if (msg == NULL)
		return true; /* lost the builder: the monitor ends */
	if (msg->type == MSG_LOAD_FAILED && msg->load_failed.more != 0) {
		log_error(NULL, "%s", msg->load_failed.reason);
		tell_error(m, msg->load_failed.reason);
		return false;
	}
	if (msg->type == MSG_LOADED)
		on_loaded(m, msg);
	else
		on_refused(m);
	return true;
}

void
reload_begin(struct monitor *m)
{
	/* An upgrade loads it anew; when there is none, upgrade.c asks again. */
	m->is_reload_due = handover_is_on(m);
	if (m->loading || m->is_reload_due)
		return;
	m->loading = true;
	build_load(m, on_reply, m);
}

void
reload_zygote_ready(struct monitor *m)
{
	listeners_resume(m);
	if (!m->loading && !zygote_is_renewing(m))
		tell_end(m, NULL);
}

void
reload_zygote_failed(struct monitor *m)
{
	if (!m->loading && !zygote_is_renewing(m))
		tell_end(m,
		    "the new configuration is in force, but no session program"
		    " starts with its host keys: those of before are shown;"
		    " the log says why");
	if (m->phase == STARTING)
		monitor_fail(m, "the session program does not start");
}
