/* plans.c - tell the builder what was configured. */
#include "gateway/loader/plans.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "gateway/base/privs.h"
#include "gateway/base/scope.h"
#include "gateway/base/tools.h"
#include "gateway/config/config_table.h"
#include "gateway/config/policy.h"
#include "gateway/loader/check_network.h"
#include "gateway/loader/etc.h"
#include "gateway/loader/load.h"
#include "gateway/loader/machines.h"
#include "gateway/loader/resolver.h"
#include "gateway/loader/rooted.h"
#include "gateway/loader/ulimit.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/msg_fields.h"
#include "gateway/wire/lab_protocol.h"

static void
add_all(struct strings *to, const struct texts *from)
{
	for (size_t i = 0; i < from->count; i++)
		strings_add(to, from->at[i]); /* check_sizes() made it fit */
}

/* What the instructor wrote, as it is: a row with OPTION_PLAN is the field of its
 * name, of a fitting type, which tests/unit/test_plans.c checks. */
static void
plan_option(const void *from, const struct msg_field *f, void *to)
{
	const int64_t *number = from;

	switch (f->type) {
	case FIELD_u32:
		*(uint32_t *)to = (uint32_t)*number;
		break;
	case FIELD_u64:
		*(uint64_t *)to = (uint64_t)*number;
		break;
	case FIELD_strings:
		add_all(to, from);
		break;
	case FIELD_path:
	case FIELD_line:
	case FIELD_command:
		memcpy(to, from, sizeof(const char *));
		break;
	default:
		text_copy(to, f->size, *(const char *const *)from);
		break;
	}
}

void
plan_options(const struct lab *lab, struct msg_lab_plan *to)
{
	struct msg_field f;

	for (size_t i = 0; i < lab_option_count; i++) {
		const struct option *o = &lab_options[i];

		if ((o->flags & OPTION_PLAN) != 0 &&
		    msg_field_find(MSG_LAB_PLAN, o->name, &f))
			plan_option((const char *)lab + o->offset, &f,
			    (char *)to + f.at);
	}
}

static void
add_calls(struct ids *to, const struct texts *names)
{
	for (size_t i = 0; i < names->count && i < IDS_MAX; i++)
		to->id[to->count++] =
		    (uint32_t)seccomp_syscall_resolve_name(names->at[i]);
}

static int
send_site(const struct chan *link, const struct config *c, struct err *e)
{
	char keys[STRINGS_SIZE], next[STRINGS_SIZE];
	struct err none;
	struct msg m;
	uid_t uid;
	gid_t gid;

	if (privs_user(c->session_user, &uid, &gid, e) == -1)
		return -1;
	MSG_NEW(&m, SITE_PLAN, site_plan);
	m.site_plan.run_dir = c->run_dir;
	m.site_plan.state_dir = c->state_dir;
	m.site_plan.libexec_dir = c->libexec_dir;
	m.site_plan.lxcfs = c->lxcfs;
	m.site_plan.session_uid = uid;
	m.site_plan.session_gid = gid;
	if (privs_user(c->signer_user, &uid, &gid, e) == -1)
		return -1;
	m.site_plan.signer_uid = uid;
	m.site_plan.signer_gid = gid;
	/* Who needs them needs their users: check_recorder.c, check_web.c,
	 * check_network.c, check_close.c, check_publish.c. */
	if (privs_user(c->recorder_user, &uid, &gid, &none) == 0) {
		m.site_plan.recorder_uid = uid;
		m.site_plan.recorder_gid = gid;
	}
	if (privs_user(c->web_user, &uid, &gid, &none) == 0) {
		m.site_plan.web_uid = uid;
		m.site_plan.web_gid = gid;
	}
	if (privs_user(c->net_user, &uid, &gid, &none) == 0) {
		m.site_plan.net_uid = uid;
		m.site_plan.net_gid = gid;
	}
	if (privs_user(c->names_user, &uid, &gid, &none) == 0) {
		m.site_plan.names_uid = uid;
		m.site_plan.names_gid = gid;
	}
	if (privs_user(c->collector_user, &uid, &gid, &none) == 0) {
		m.site_plan.collector_uid = uid;
		m.site_plan.collector_gid = gid;
	}
	if (privs_user(c->publish_user, &uid, &gid, &none) == 0) {
		m.site_plan.publish_uid = uid;
		m.site_plan.publish_gid = gid;
	}
	if (privs_user(c->browser_user, &uid, &gid, &none) == 0) {
		m.site_plan.browser_uid = uid;
		m.site_plan.browser_gid = gid;
	}
	network_range_plan(c, &m.site_plan);
	m.site_plan.resolver = resolver_of(c);
	text_copy(m.site_plan.network_uplink, TEXT_SIZE, c->network_uplink);
	m.site_plan.sandboxes_max = (uint32_t)c->sandboxes_max;
	m.site_plan.host_keys = strings_in(keys, sizeof(keys));
	m.site_plan.host_keys_next = strings_in(next, sizeof(next));
	add_all(&m.site_plan.host_keys, &c->host_keys);
	add_all(&m.site_plan.host_keys_next, &c->host_keys_next);
	return chan_send(link, &m, e);
}

static int
send_mounts(const struct chan *link, const struct lab *lab, struct err *e)
{
	for (size_t i = 0; i < lab->mount_count; i++) {
		struct msg m;

		MSG_NEW(&m, LAB_MOUNT, lab_mount);
		m.lab_mount.source = lab->mounts[i].real;
		m.lab_mount.target = lab->mounts[i].target;
		m.lab_mount.writable = (uint32_t)lab->mounts[i].writable;
		m.lab_mount.mapped = 1;
		m.fd[0] = held_fd(lab->mounts[i].open);
		if (chan_send(link, &m, e) == -1)
			return -1;
	}
	return 0;
}

/* A file of ours.  It needs no owner inside, and so its file system need not be
 * one whose ids can be mapped.  Before the lab's mounts, which may hide it. */
static int
send_own(const struct chan *link, const struct config *c, const char *file,
    const char *target, bool optional, struct err *e)
{
	char path[PATH_SIZE], source[PATH_SIZE];
	CLOSES int fd = -1;
	struct msg m;

	snprintf(path, sizeof(path), "%s/%s", c->libexec_dir, file);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd == -1)
		return err_set(e, errno, "%s", path);
	if (rooted_path(fd, source, sizeof(source), e) == -1)
		return -1;
	MSG_NEW(&m, LAB_MOUNT, lab_mount);
	m.lab_mount.source = source;
	m.lab_mount.target = target;
	m.lab_mount.optional = optional;
	text_copy(m.lab_mount.own, NAME_SIZE, file);
	m.fd[0] = fd;
	return chan_send(link, &m, e);
}

/* A student who wants them where there are none is told that the lab lacks them
 * (sandbox/init/child.c). */
static int
send_tools(const struct chan *link, const struct config *c, struct err *e)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/" TOOLS_DIR, c->libexec_dir);
	if (access(path, X_OK) == -1)
		return 0;
	return send_own(link, c, TOOLS_DIR, TOOLS_TARGET, false, e);
}

static int
send_program(const struct chan *link, enum lab_program which,
    const struct lab *lab, int64_t seconds, struct err *e)
{
	struct msg m;

	if (lab->program[which] == NULL)
		return 0;
	MSG_NEW(&m, LAB_PROGRAM, lab_program);
	m.lab_program.which = which;
	m.lab_program.seconds = (uint32_t)seconds;
	m.fd[0] = held_fd(lab->program[which]);
	return chan_send(link, &m, e);
}

static void
plan_machine(const struct lab *lab, struct msg_lab_plan *to)
{
	const struct machine *m = lab->machine;

	if (m == NULL)
		return;
	text_copy(to->machine, NAME_SIZE, m->name);
	to->router = (uint32_t)m->router;
	for (size_t i = 0; i < m->link_count; i++)
		to->links.at[to->links.count++] = lan_link_pack(&m->link[i]);
	for (size_t i = 0; i < m->link_count && lab->network_count != 0; i++)
		strings_add(&to->link_names,
		    lab->networks[m->link[i].network].name);
	for (size_t i = 0; i < m->route_count; i++) {
		lan_route_pack(&m->route[i], &to->routes.at[to->routes.count]);
		to->routes.count += 2;
	}
	add_all(&to->service, &m->command);
}

static int
send_plan(const struct chan *link, const struct config *c,
    const struct lab *lab, struct err *e)
{
	char hosts[LINE_SIZE], resolv_conf[LINE_SIZE];
	char command[STRINGS_SIZE], environment[STRINGS_SIZE];
	char service[STRINGS_SIZE];
	char names[STRINGS_SIZE], link_names[LAN_NETWORKS_MAX * NAME_SIZE];
	const struct respond r = policy_respond(c, lab);
	struct msg m;

	MSG_NEW(&m, LAB_PLAN, lab_plan);
	m.lab_plan.command = strings_in(command, sizeof(command));
	m.lab_plan.environment = strings_in(environment, sizeof(environment));
	m.lab_plan.service = strings_in(service, sizeof(service));
	text_copy(m.lab_plan.lab, NAME_SIZE, lab->name);
	text_copy(m.lab_plan.sha256, TEXT_SIZE, lab->image_sha256);
	m.lab_plan.rootfs = lab->rootfs;
	m.fd[0] = held_fd(lab->root);
	m.lab_plan.home_dir = lab->home;
	m.lab_plan.shell = lab->shell;
	hosts_text(lab, hosts);
	m.lab_plan.hosts = hosts;
	resolv_conf_text(lab, resolv_conf);
	m.lab_plan.resolv_conf = resolv_conf;
	add_calls(&m.lab_plan.calls, &lab->seccomp_allow);
	m.lab_plan.capabilities = lab->capability_mask;
	m.lab_plan.uid = lab->uid;
	m.lab_plan.gid = lab->gid;
	m.lab_plan.groups = lab->supplementary;
	ulimits_list(&lab->ulimits, &m.lab_plan.ulimits);
	m.lab_plan.tell_calls = r.probes != RESPOND_EXPECTED;
	m.lab_plan.may_freeze = r.probes == RESPOND_FREEZE ||
				r.load == RESPOND_FREEZE ||
				r.limits == RESPOND_FREEZE;
	m.lab_plan.egress_names = strings_in(names, sizeof(names));
	egress_plan(lab, &m.lab_plan);
	m.lab_plan.link_names = strings_in(link_names, sizeof(link_names));
	plan_machine(lab, &m.lab_plan);
	plan_options(lab, &m.lab_plan);
	return chan_send(link, &m, e);
}

static int
send_machine(const struct chan *link, const struct config *c,
    const struct lab *lab, struct err *e)
{
	if (send_plan(link, c, lab, e) == -1)
		return -1;
	/* The place of the student's tool may be a link of the image's. */
	if (send_own(link, c, LAB_PROGRAM_FILE, LAB_TARGET, true, e) == -1)
		return -1;
	if (lab->needs_tools && send_tools(link, c, e) == -1)
		return -1;
	if (send_mounts(link, lab, e) == -1)
		return -1;
	if (send_program(link, PROGRAM_SETUP, lab, lab->setup_time, e) == -1)
		return -1;
	if (send_program(link, PROGRAM_CHECK, lab, lab->check_time, e) == -1)
		return -1;
	return send_program(link, PROGRAM_STEPS, lab, lab->check_time, e);
}

static int
send_lab(const struct chan *link, const struct config *c, const struct lab *lab,
    struct err *e)
{
	if (send_machine(link, c, lab, e) == -1)
		return -1;
	for (size_t i = 0; i < lab->other_count; i++) {
		if (send_machine(link, c, &lab->others[i], e) == -1)
			return -1;
	}
	return 0;
}

/* The effective configuration, sealed, for the monitor to read. */
static int
effective_memfd(const struct config *c, struct err *e)
{
	CLOSES int fd = memfd_create("config", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CLOSES int copy = fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *f;

	if (copy == -1)
		return err_set(e, errno, "a memfd for the configuration");
	f = fdopen(copy, "w");
	if (f == NULL)
		return err_set(e, errno, "fdopen");
	copy = -1; /* the stream's */
	config_print(c, f, true);
	if (fclose(f) != 0)
		return err_set(e, errno, "write configuration");
	if (fcntl(fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == -1)
		return err_set(e, errno, "seal configuration");
	return take_fd(&fd);
}

static int
send_plans(const struct chan *link, const struct config *c, struct err *e)
{
	struct msg m;
	int rc;

	if (send_site(link, c, e) == -1)
		return -1;
	for (size_t i = 0; i < c->lab_count; i++) {
		if (send_lab(link, c, &c->labs[i], e) == -1)
			return err_wrap(e, "%s", c->labs[i].file);
	}
	MSG_NEW(&m, LOAD_END, load_end);
	m.load_end.labs = (uint32_t)c->lab_count;
	m.fd[0] = effective_memfd(c, e);
	if (m.fd[0] == -1)
		return -1;
	rc = chan_send(link, &m, e);
	msg_close(&m);
	return rc;
}

static void
send_error(const struct chan *link, const char *text)
{
	struct err ignored;
	struct msg m;

	MSG_NEW(&m, LOAD_ERROR, load_error);
	text_copy(m.load_error.reason, TEXT_SIZE, text);
	chan_send(link, &m, &ignored);
}

/* At a reload: what cannot change must not have changed. */
static void
compare_with_running(int running_fd, const struct config *next,
    struct diagnostics *out)
{
	FREES char *text = running_fd == -1 ? NULL : config_read_fd(running_fd);
	struct config *running;

	if (text == NULL)
		return;
	running = config_parse(text, out);
	if (running != NULL)
		config_check_change(running, next, out);
	config_free(running);
}

int
plans_send(const char *file, int link_fd, int running_fd)
{
	struct chan link = { .fd = link_fd, .self = LOADER, .peer = BUILDER };
	struct diagnostics out;
	struct config *c;
	struct err e = { 0 };

	diagnostics_init(&out);
	c = config_load_open(file, &out);
	if (c != NULL)
		compare_with_running(running_fd, c, &out);
	for (const struct diagnostic *w = out.first; w != NULL; w = w->next)
		send_error(&link, w->text);
	if (c != NULL && out.errors == 0 && send_plans(&link, c, &e) == -1)
		send_error(&link, e.text);
	config_free(c);
	diagnostics_free(&out);
	return 0;
}
