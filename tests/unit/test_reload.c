/* test_reload.c - who is told of a configuration that is read anew, and what. */
#include "tests/unit/played_monitor.h"

#include <stdio.h>
#include <sys/mman.h>

#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/links/client.h"
#include "gateway/monitor/links/signers.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/reload.h"
#include "gateway/monitor/route/routes.h"

/* What no configuration is without. */
#define LEAST                                                                  \
	"listen = ( { address = \"127.0.0.1\"; port = 2222; } );"              \
	" host_keys = [ \"/k\" ];"

struct fixture {
	struct played *p;
	struct client waits, other; /* the administrator's tools */
	int builder, waiting, idle; /* the other ends of their links */
};

/* The monitor's end of a new link; *peer is the other. */
static struct link *
open_link(struct fixture *f, const struct link_kind *kind, int *peer)
{
	struct link *l;
	struct err e;
	int ends[2];

	assert_int_equal(chan_pair(ends, &e), 0);
	assert_int_equal(chan_nonblock(ends[0], &e), 0);
	assert_int_equal(chan_nonblock(ends[1], &e), 0);
	l = link_open(&f->p->m.loop, ends[0], kind, NULL, &e);
	assert_non_null(l);
	*peer = ends[1];
	return l;
}

static int
begin(void **state)
{
	static const struct link_kind builder = { .peer = BUILDER,
		.queue_max = LINK_QUEUE_TRUSTED,
		.handlers = played_handlers };
	static const struct link_kind admin = { .peer = ADMIN,
		.queue_max = LINK_QUEUE_SESSION,
		.handlers = played_handlers };
	struct fixture *f = calloc(1, sizeof(*f));
	struct monitor *m;
	struct err e;
	void *played;

	assert_non_null(f);
	played_begin(&played);
	f->p = played;
	m = &f->p->m;
	TAILQ_INIT(&m->clients);
	assert_int_equal(zygote_init(m, &e), 0);
	assert_int_equal(signers_init(m, &e), 0);
	m->phase = SERVING;
	m->builder_ready = true;
	m->builder = open_link(f, &builder, &f->builder);
	f->waits.link = open_link(f, &admin, &f->waiting);
	f->waits.awaits_load = true;
	f->other.link = open_link(f, &admin, &f->idle);
	TAILQ_INSERT_TAIL(&m->clients, &f->waits, all);
	TAILQ_INSERT_TAIL(&m->clients, &f->other, all);
	*state = f;
	return 0;
}

static int
end(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;
	void *played = f->p;

	link_forget(m->builder);
	link_forget(f->waits.link);
	link_forget(f->other.link);
	free(m->zygotes);
	signers_free(m);
	played_end(&played);
	close(f->builder);
	close(f->waiting);
	close(f->idle);
	free(f);
	return 0;
}

static bool
hears(int fd, enum role role, struct msg *m)
{
	const struct chan c = { fd, role, MONITOR };
	enum chan_got got;
	struct err e;

	got = chan_recv(&c, m, &e);
	assert_true(got == CHAN_MESSAGE || got == CHAN_EMPTY);
	return got == CHAN_MESSAGE;
}

static void
expect_end(struct fixture *f, const char *text)
{
	struct msg m;

	assert_true(hears(f->waiting, ADMIN, &m));
	assert_int_equal(m.type, MSG_ADMIN_END);
	assert_int_equal(m.admin_end.status, 1);
	assert_string_equal(m.admin_end.text, text);
	assert_false(f->waits.awaits_load);
	assert_false(hears(f->waiting, ADMIN, &m));
	assert_false(hears(f->idle, ADMIN, &m));
}

/* The builder finds one error: "a.conf:3: no". */
static void
refuse(struct fixture *f)
{
	const struct chan c = { f->builder, BUILDER, MONITOR };
	struct msg m;
	uint32_t serial;
	struct err e;

	assert_true(hears(f->builder, BUILDER, &m));
	assert_int_equal(m.type, MSG_LOAD);
	serial = m.serial;
	assert_false(hears(f->builder, BUILDER, &m));
	for (uint32_t more = 2; more-- > 0;) {
		MSG_NEW(&m, LOAD_FAILED, load_failed);
		m.serial = serial;
		m.load_failed.more = more;
		if (more != 0)
			text_copy(m.load_failed.reason, TEXT_SIZE,
			    "a.conf:3: no");
		assert_int_equal(chan_send(&c, &m, &e), 0);
	}
	uv_run(&f->p->m.loop, UV_RUN_NOWAIT);
}

static void
who_waits_is_told_each_error_and_the_end(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;
	struct msg row;

	reload_begin(m);
	reload_begin(m); /* one load for both */
	assert_true(m->loading);
	refuse(f);
	assert_false(m->loading);
	assert_null(m->failure);
	assert_ptr_equal(m->config, &f->p->config);
	assert_true(hears(f->waiting, ADMIN, &row));
	assert_int_equal(row.type, MSG_ADMIN_LINE);
	assert_string_equal(row.admin_line.text, "a.conf:3: no");
	expect_end(f, "the old configuration stays in force");
}

/* The builder answers with this effective configuration. */
static void
answer_load(struct fixture *f, const char *text)
{
	const struct chan c = { f->builder, BUILDER, MONITOR };
	struct msg m;
	uint32_t serial;
	struct err e;

	assert_true(hears(f->builder, BUILDER, &m));
	assert_int_equal(m.type, MSG_LOAD);
	serial = m.serial;
	MSG_NEW(&m, LOADED, loaded);
	m.serial = serial;
	text_copy(m.loaded.cgroup, TEXT_SIZE, "v2");
	m.fd[0] = memfd_create("config", MFD_CLOEXEC);
	assert_int_equal(dprintf(m.fd[0], "%s", text), (int)strlen(text));
	assert_int_equal(chan_send(&c, &m, &e), 0);
	msg_close(&m);
	uv_run(&f->p->m.loop, UV_RUN_NOWAIT);
}

/* What a reload replaces is on the heap: the one of before is freed. */
static struct config *
configured(const char *text)
{
	struct diagnostics out;
	struct config *c;

	diagnostics_init(&out);
	c = config_parse(text, &out);
	if (c == NULL)
		fail_msg("%s", out.first->text);
	diagnostics_free(&out);
	c->file = "a.conf";
	return c;
}

static void
who_waits_is_told_of_success_when_new_host_keys_are_shown(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;
	struct msg row;
	struct played_programs programs;

	m->routes = &routes;
	m->builder_ready = m->is_load_refused = false;
	assert_int_equal(listeners_open(m, &(struct err){ 0 }), 0);
	m->config = configured(LEAST "sandboxes_max = 3;");
	reload_begin(m);
	answer_load(f, LEAST "sandboxes_max = 7;");
	assert_false(m->loading);
	assert_true(m->builder_ready);
	assert_int_equal(m->config->sandboxes_max, 7);
	assert_string_equal(m->config->file, "a.conf");
	assert_string_equal(m->cgroup_mode, "v2");
	assert_false(hears(f->waiting, ADMIN, &row));
	played_start(&programs, &m->loop, f->builder);
	uv_run(&m->loop, UV_RUN_NOWAIT);
	assert_true(hears(f->waiting, ADMIN, &row));
	assert_int_equal(row.type, MSG_ADMIN_END);
	assert_int_equal(row.admin_end.status, 0);
	assert_string_equal(row.admin_end.text, "");
	assert_false(f->waits.awaits_load);
	assert_false(hears(f->idle, ADMIN, &row));
	m->phase = STOPPING; /* what is lost is no failure then */
	zygote_close(m);
	signers_close(m);
	listeners_close(m);
	uv_run(&m->loop, UV_RUN_NOWAIT);
	played_programs_end(&programs);
	listeners_free(m);
	config_free(m->config);
}

static void
what_is_no_configuration_changes_nothing(void **state)
{
	struct fixture *f = *state;

	reload_begin(&f->p->m);
	answer_load(f, "sandboxes_max = ");
	assert_ptr_equal(f->p->m.config, &f->p->config);
	assert_true(f->p->m.is_load_refused);
	expect_end(f,
	    "atolld cannot read what atoll-loader made of it: install both from"
	    " one package, and restart atolld");
}

static void
a_first_configuration_that_is_refused_ends_the_monitor(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;

	m->builder_ready = false;
	m->phase = STARTING;
	reload_begin(m);
	refuse(f);
	assert_string_equal(m->failure, "the configuration has errors");
}

static void
a_session_program_that_does_not_start_is_told(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;

	reload_zygote_failed(m);
	assert_null(m->failure);
	expect_end(f,
	    "the new configuration is in force, but no session program starts"
	    " with its host keys: those of before are shown; the log says why");
}

static void
nobody_is_told_of_one_while_a_load_runs(void **state)
{
	struct fixture *f = *state;
	struct msg m;

	f->p->m.loading = true;
	reload_zygote_failed(&f->p->m);
	assert_false(hears(f->waiting, ADMIN, &m));
	assert_true(f->waits.awaits_load);
}

static void
at_the_start_it_ends_the_monitor(void **state)
{
	struct fixture *f = *state;

	f->p->m.phase = STARTING;
	reload_zygote_failed(&f->p->m);
	assert_string_equal(f->p->m.failure,
	    "the session program does not start");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_waits_is_told_each_error_and_the_end),
		TEST(who_waits_is_told_of_success_when_new_host_keys_are_shown),
		TEST(what_is_no_configuration_changes_nothing),
		TEST(a_first_configuration_that_is_refused_ends_the_monitor),
		TEST(a_session_program_that_does_not_start_is_told),
		TEST(nobody_is_told_of_one_while_a_load_runs),
		TEST(at_the_start_it_ends_the_monitor),
	};

	return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
