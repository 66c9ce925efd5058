/* hostcheck.c - "atoll check-host": everything that was found, told in rows. */
#include "sandbox/builder/hostcheck/hostcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/hostcheck/freezer_check.h"
#include "sandbox/builder/hostcheck/landlock_check.h"
#include "sandbox/builder/hostcheck/network_check.h"
#include "sandbox/builder/hostcheck/preflight.h"
#include "sandbox/builder/hostcheck/profile_check.h"
#include "sandbox/builder/hostcheck/resources.h"
#include "sandbox/builder/loader_run.h"

/* Too large for the stack. */
struct check {
	struct host_rows findings;
	struct loader loader;
	struct msg m;
};

/* One step of the loader; true when it was the last. */
static bool
read_loader(struct check *c, struct plan_table **table)
{
	struct pollfd p = { .fd = c->loader.chan.fd, .events = POLLIN };
	struct err e;

	poll(&p, 1, -1);
	switch (loader_read(&c->loader, &c->m, &e)) {
	case LOADER_MORE:
		return false;
	case LOADER_REASON:
		if (c->findings.count < HOST_ROWS_MAX / 2)
			host_row_add(&c->findings, LEVEL_ERROR, "configuration",
			    "%s", e.text);
		return false;
	case LOADER_DONE:
		msg_close(&c->m);
		*table = loader_take(&c->loader);
		return true;
	case LOADER_FAILED:
		if (e.text[0] != '\0')
			host_row_add(&c->findings, LEVEL_ERROR, "configuration",
			    "%s", e.text);
		return true;
	}
	return true;
}

static void
check_configuration(struct check *c, const struct cgroups *cgroups,
    const char *config, const char *loader)
{
	CLOSES int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct plan_table *table = NULL;
	struct err e;

	loader_init(&c->loader);
	if (loader_start(&c->loader, loader, config, here, 0, &e) == -1) {
		host_row_add(&c->findings, LEVEL_ERROR, "configuration", "%s",
		    e.text);
		return;
	}
	while (!read_loader(c, &table))
		continue;
	loader_end(&c->loader);
	if (table != NULL) {
		host_row_add(&c->findings, LEVEL_OK, "configuration",
		    "%s: sandboxes_max = %u, labs: %zu", config,
		    table->site.sandboxes_max, table->labs);
		resources_check(table, &c->findings);
		freezer_check(cgroups, table, &c->findings);
		network_host_check(table, &c->findings);
		machines_host_check(table, &c->findings);
	}
	plan_table_free(table);
}

/* --- the answer --------------------------------------------------------- */

static int
tell_row(const struct chan *admin, const struct host_row *row, struct msg *m,
    struct err *e)
{
	MSG_NEW(m, HOST_ROW, host_row);
	m->host_row.level = row->level;
	m->host_row.counted = row->when;
	m->host_row.holds = row->holds;
	text_copy(m->host_row.what, TEXT_SIZE, row->what);
	text_copy(m->host_row.found, TEXT_SIZE, row->found);
	if (row->level != LEVEL_OK)
		text_copy(m->host_row.cure, TEXT_SIZE, row->cure);
	return chan_send(admin, m, e);
}

static int
tell_end(const struct chan *admin, const struct host_rows *f, struct msg *m,
    struct err *e)
{
	const struct host_row *started = host_rows_first(f, WHEN_STARTED);
	const struct host_row *full = host_rows_first(f, WHEN_FULL);

	MSG_NEW(m, HOST_END, host_end);
	if (started != NULL && full != NULL) {
		m->host_end.known = 1;
		m->host_end.started = started->holds;
		m->host_end.full = full->holds;
		text_copy(m->host_end.started_by, TEXT_SIZE, started->what);
		text_copy(m->host_end.full_by, TEXT_SIZE, full->what);
	}
	return chan_send(admin, m, e);
}

int
hostcheck(const struct chan *admin, const char *config, const char *loader,
    struct err *e)
{
	FREES struct check *c = calloc(1, sizeof(*c));
	struct cgroups cgroups;

	if (c == NULL)
		return err_set(e, ENOMEM, "check of this host");
	preflight_kernel(&cgroups, &c->findings);
	preflight_policy(&c->findings);
	audit_check(&c->findings);
	landlock_check(&c->findings);
	preflight_ids(&c->findings);
	check_configuration(c, &cgroups, config, loader);
	if (chan_hello(admin, e) == -1)
		return -1;
	for (size_t i = 0; i < c->findings.count; i++) {
		if (tell_row(admin, &c->findings.at[i], &c->m, e) == -1)
			return -1;
	}
	return tell_end(admin, &c->findings, &c->m, e);
}
