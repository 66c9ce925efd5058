/*
 * load.c - what the loader sends: all of it comes into force, or nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/fs/version.h"
#include "sandbox/builder/home/home.h"
#include "sandbox/builder/hostcheck/profile_check.h"
#include "sandbox/builder/hostcheck/resources.h"
#include "sandbox/builder/lan.h"
#include "sandbox/builder/network.h"
#include "sandbox/builder/plan_open.h"
#include "sandbox/builder/plan_same.h"
#include "sandbox/builder/spare.h"
#include "sandbox/builder/warm.h"
#include "sandbox/builder/zygote_start.h"

static void
tell_failed(struct builder *b, uint32_t serial, bool more, const char *reason)
{
	struct msg m;

	MSG_NEW(&m, LOAD_FAILED, load_failed);
	m.serial = serial;
	m.load_failed.more = more;
	text_copy(m.load_failed.reason, TEXT_SIZE, reason);
	tell_monitor(b, &m);
}

/* One reason, unless it was told already, and the last row. */
static void
fail(struct builder *b, uint32_t serial, const char *reason)
{
	if (reason[0] != '\0')
		tell_failed(b, serial, true, reason);
	tell_failed(b, serial, false, "");
}

/* --- the new plans come into force -------------------------------------- */

/* The first load says where we work; a later one may not change it. */
static int
settle(struct builder *b, const struct plan_table *t, struct err *e)
{
	if (b->table != NULL) {
		if (strcmp(b->table->site.run_dir, t->site.run_dir) != 0)
			return err_set(e, 0,
			    "run_dir cannot change while atolld runs");
		return 0;
	}
	if (!b->site.staging.is_open &&
	    staging_open(&b->site.staging, t->site.run_dir, t->site.libexec_dir,
		e) == -1)
		return -1;
	if (b->site.cgroups.own[0] != -1)
		return 0;
	return cgroups_enter(&b->site.cgroups, t->site.run_dir, e);
}

/* Every reason why this host cannot start so many sandboxes; e stays empty
 * when they were told. */
static int
check_host(struct builder *b, const struct plan_table *t, struct err *e)
{
	FREES struct host_rows *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return err_set(e, ENOMEM, "check of this host");
	resources_check(t, f);
	for (size_t i = 0; i < f->count; i++) {
		if (host_row_error(&f->at[i], e))
			tell_failed(b, b->loader.serial, true, e->text);
	}
	e->text[0] = '\0';
	return host_rows_are_good(f) ? 0 : -1;
}

/* With what to do about it. */
static int
check_network(struct builder *b, const struct plan_table *t, struct err *e)
{
	const char *cure;

	if (network_check(b, t, &cure, e) == 0) {
		if (lan_check(t, e) == 0)
			return 0;
		cure = LAN_CURE;
	}
	tell_failed(b, b->loader.serial, true, e->text);
	err_set(e, 0, "%s", cure);
	return -1;
}

/* Init is not root of the host: it raises no hard limit. */
static int
check_ulimits(const struct msg_lab_plan *lab, struct err *e)
{
	const struct numbers *u = &lab->ulimits;

	for (uint32_t i = 0; i < u->count; i += 3) {
		struct rlimit host;

		if (getrlimit((__rlimit_resource_t)u->at[i], &host) == -1)
			return err_set(e, errno, "ulimits");
		if (u->at[i + 2] > host.rlim_max)
			return err_set(e, 0,
			    "ulimits: limit %llu is more than this host's, "
			    "which"
			    " is %llu; raise it for atolld, or lower it here",
			    (unsigned long long)u->at[i + 2],
			    (unsigned long long)host.rlim_max);
	}
	return 0;
}

/* What this process cannot do, its sandboxes cannot. */
static int
check_setuid(const struct msg_lab_plan *lab, struct err *e)
{
	if (lab->setuid != 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return err_set(e, 0,
		    "setuid = true does nothing where atolld was started with"
		    " no_new_privs: take NoNewPrivileges= out of its unit and"
		    " restart it, or set setuid = false");
	return 0;
}

/* Would this host enforce what the lab asks for? */
static int
check_limits(struct builder *b, const struct msg_lab_plan *lab, struct err *e)
{
	const struct limits l = { .memory = lab->memory,
		.swap = lab->swap,
		.cpu_percent = lab->cpus,
		.cpu_weight = lab->cpu_weight,
		.pids = lab->pids,
		.has_cpuset = lab->procfs == PROCFS_SANDBOX };
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return err_set(e, errno, "open files");
	if (lab->open_files > files.rlim_max)
		return err_set(e, 0,
		    "open_files = %u is more than this host's limit of %llu",
		    lab->open_files, (unsigned long long)files.rlim_max);
	if (check_ulimits(lab, e) == -1 || check_setuid(lab, e) == -1)
		return -1;
	if (lab->may_freeze != 0 && freezer_find(&b->site.cgroups, e) == -1)
		return err_wrap(e, "respond = \"freeze\"");
	if (l.has_cpuset && cpuset_enable(&b->site.cgroups, e) == -1)
		return err_wrap(e,
		    "procfs = \"sandbox\" needs the cgroup controller cpuset:"
		    " name it in Delegate= of the service");
	return cgroups_probe(&b->site.cgroups, &l, e);
}

/* Can this host make the lab's writable layer?  The same size is made once. */
static int
prepare_layer(struct builder *b, struct plan_table *t, size_t which,
    struct err *e)
{
	struct plan *p = t->plan[which];

	for (size_t i = 0; i < which && p->blank == -1; i++) {
		const struct plan *q = t->plan[i];

		if (p->spec.storage == STORAGE_DISK && q->blank != -1 &&
		    q->spec.disk == p->spec.disk &&
		    q->spec.inodes == p->spec.inodes)
			p->blank = fcntl(q->blank, F_DUPFD_CLOEXEC, 0);
	}
	return layer_prepare(&b->site.staging.store, p, e);
}

/* Can this host keep the lab's homes?  The same size is made once. */
static int
prepare_home(struct plan_table *t, size_t which, struct err *e)
{
	struct plan *p = t->plan[which];

	for (size_t i = 0; i < which && p->home_blank == -1; i++) {
		const struct plan *q = t->plan[i];

		if (q->home_blank != -1 &&
		    q->spec.home_disk == p->spec.home_disk &&
		    q->spec.home_inodes == p->spec.home_inodes)
			p->home_blank =
			    fcntl(q->home_blank, F_DUPFD_CLOEXEC, 0);
	}
	return home_prepare(p, e);
}

static bool
has_disk(const struct plan_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->plan[i]->spec.storage == STORAGE_DISK)
			return true;
	}
	return false;
}

/* After the cgroups, which were swept: nobody uses what is left in it. */
static int
open_store(struct builder *b, const struct plan_table *t, struct err *e)
{
	struct store *s = &b->site.staging.store;

	if (s->dir != -1)
		return 0;
	return store_open(s, t->site.state_dir, has_disk(t), e);
}

/* Each image once, as far as its labs follow each other. */
static void
sweep_images(const struct plan_table *t)
{
	const char *last = "";

	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->plan[i]->spec.rootfs, last) != 0)
			version_sweep(t->plan[i]->spec.rootfs);
		last = t->plan[i]->spec.rootfs;
	}
}

static int
adopt(struct builder *b, struct plan_table *t, struct err *e)
{
	bool has_same_init;

	if (plan_table_open(t, e) == -1 || check_host(b, t, e) == -1 ||
	    check_network(b, t, e) == -1 || settle(b, t, e) == -1 ||
	    open_store(b, t, e) == -1 || homes_open(&b->homes, t, e) == -1)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		const struct msg_lab_plan *lab = &t->plan[i]->spec;

		if (check_limits(b, lab, e) == -1 ||
		    prepare_layer(b, t, i, e) == -1 ||
		    prepare_home(t, i, e) == -1)
			return err_wrap(e, "lab %s", lab->lab);
	}
	if (b->table == NULL)
		sweep_images(t);
	has_same_init =
	    b->table != NULL && plan_is_same_file(b->site.init, t->init);
	plan_table_free(b->table);
	b->table = t;
	b->site.plans = t;
	b->site.init = t->init;
	b->site.lxcfs = t->site.lxcfs;
	if (b->network.router == -1)
		b->site.network_range = t->site.network_range;
	network_reloaded(b);
	warm_reloaded(b, has_same_init);
	spare_end_all(b);
	return 0;
}

/* --- events ------------------------------------------------------------- */

static int
start_loader(struct builder *b, uint32_t serial, struct err *e)
{
	return loader_start(&b->loader, b->loader_program, b->config,
	    b->start_dir, serial, e);
}

void
load_begin_early(struct builder *b)
{
	struct err e;

	/* Why not, the one that is asked for will tell. */
	if (start_loader(b, 0, &e) == 0)
		b->loader.is_early = true;
}

void
load_begin(struct builder *b, uint32_t serial)
{
	struct err e;

	if (b->loader.is_early) {
		b->loader.is_early = false;
		b->loader.serial = serial;
	} else if (start_loader(b, serial, &e) == -1) {
		fail(b, serial, e.text);
		return;
	}
	if (loop_add(b, b->loader.chan.fd, EPOLLIN, SOURCE_LOADER, 0, &e) ==
	    -1) {
		loader_end(&b->loader);
		fail(b, serial, e.text);
	}
}

void
load_end(struct builder *b)
{
	loop_remove(b, b->loader.chan.fd);
	loader_end(&b->loader);
}

static void
on_loaded(struct builder *b, struct msg *end, struct err *e)
{
	uint32_t serial = b->loader.serial;
	struct plan_table *t = loader_take(&b->loader);
	struct msg m;

	load_end(b);
	if (adopt(b, t, e) == -1) {
		plan_table_free(t);
		msg_close(end);
		fail(b, serial, e->text);
		return;
	}
	log_info(NULL, "plans loaded labs=%zu", t->labs);
	profile_log(t);
	MSG_NEW(&m, LOADED, loaded);
	m.serial = serial;
	loader_keep(&b->loader, end->fd[0]);
	b->loaded = (uint64_t)time(NULL);
	text_copy(m.loaded.cgroup, TEXT_SIZE, b->site.cgroups.kind->name);
	m.fd[0] = take_fd(&end->fd[0]);
	tell_monitor(b, &m);
	msg_close(&m);
}

void
on_loader(struct builder *b)
{
	uint32_t serial = b->loader.serial;
	struct msg end;
	struct err e;

	if (b->loader.chan.fd == -1)
		return;
	switch (loader_read(&b->loader, &end, &e)) {
	case LOADER_MORE:
		return;
	case LOADER_REASON:
		tell_failed(b, serial, true, e.text);
		return;
	case LOADER_DONE:
		on_loaded(b, &end, &e);
		return;
	case LOADER_FAILED:
		load_end(b);
		fail(b, serial, e.text);
	}
}
