/* loader.c - the loader: tells the builder the plans that a test asks for. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gateway/base/scope.h"
#include "tests/sandbox/peers.h"

static void
tell_site(const struct chan *c, struct msg *m, const char *dir,
    const char *word)
{
	char build[PATH_MAX], run[PATH_SIZE], state[PATH_SIZE];

	if (realpath(getenv("ATOLL_BUILD"), build) == NULL)
		die("ATOLL_BUILD");
	MSG_NEW(m, SITE_PLAN, site_plan);
	snprintf(run, sizeof(run), "%s/run", dir);
	snprintf(state, sizeof(state), "%s/state", dir);
	m->site_plan.run_dir = run;
	m->site_plan.state_dir = state;
	m->site_plan.libexec_dir = build;
	m->site_plan.session_uid = m->site_plan.session_gid = 65534;
	m->site_plan.sandboxes_max =
	    (strcmp(word, "small") == 0 || strcmp(word, "few") == 0) ? 2 : 400;
	say(c, m);
}

/* Every lab is this one, but for what a row of lab_rows[] changes. */
static void
begin_lab(struct msg *m, const char *dir, const char *lab)
{
	static char room[64], rootfs[PATH_SIZE];

	MSG_NEW(m, LAB_PLAN, lab_plan);
	snprintf(m->lab_plan.lab, NAME_SIZE, "%s", lab);
	snprintf(rootfs, sizeof(rootfs), "%s/rootfs", dir);
	m->lab_plan.rootfs = rootfs;
	strcpy(m->lab_plan.image, "one");
	strcpy(m->lab_plan.sha256, "0123");
	strcpy(m->lab_plan.hostname, "islet");
	m->lab_plan.memory = 64 << 20;
	m->lab_plan.cpus = 100;
	m->lab_plan.aslr = 1;
	m->lab_plan.cpu_weight = 100;
	m->lab_plan.pids = 32;
	m->lab_plan.disk = 8 << 20;
	m->lab_plan.inodes = 1000;
	m->lab_plan.open_files = 256;
	m->lab_plan.uid = m->lab_plan.gid = 1000;
	strcpy(m->lab_plan.user, "student");
	m->lab_plan.home_dir = "/home/student";
	m->lab_plan.shell = "/bin/sh";
	m->lab_plan.environment = strings_in(room, sizeof(room));
	strings_add(&m->lab_plan.environment, "COURSE=web101");
}

static void
as_root(struct msg_lab_plan *lab)
{
	lab->uid = lab->gid = 0;
	strcpy(lab->user, "root");
	lab->home_dir = "/root";
}

static void
without_shell(struct msg_lab_plan *lab)
{
	lab->shell = "/bin/zsh";
}

/* A directory, but none of an image. */
static void
without_rootfs(struct msg_lab_plan *lab)
{
	static char bin[PATH_SIZE];

	snprintf(bin, sizeof(bin), "%s/bin", lab->rootfs);
	lab->rootfs = bin;
}

static void
with_three_ready(struct msg_lab_plan *lab)
{
	lab->warm = 3;
}

static void
with_three_of_another_name(struct msg_lab_plan *lab)
{
	lab->warm = 3;
	strcpy(lab->hostname, "isle");
}

static void
with_raw_sockets(struct msg_lab_plan *lab)
{
	lab->capabilities = 1 << 13; /* CAP_NET_RAW */
}

static void
with_odd_file(struct msg_lab_plan *lab)
{
	(void)lab;
}

static const struct {
	const char *word, *lab;
	void (*change)(struct msg_lab_plan *lab);
} lab_rows[] = {
	{ "good", "plain", NULL },
	{ "good", "root", as_root },
	{ "good", "noshell", without_shell },
	{ "good", "raw", with_raw_sockets },
	{ "good", "mounts", NULL },
	{ "good", "badtarget", with_odd_file },
	{ "ready", "plain", with_three_ready },
	{ "small", "plain", with_three_ready },
	{ "small", "root", as_root },
	{ "few", "plain", NULL },
	{ "few", "root", as_root },
	{ "changed", "plain", with_three_of_another_name },
	{ "broken", "norootfs", without_rootfs },
	{ "unsealed", "unsealed", NULL },
};

static void
tell_mount(const struct chan *c, struct msg *m, const char *dir,
    const char *source, const char *target, bool writable)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", dir, source);
	MSG_NEW(m, LAB_MOUNT, lab_mount);
	m->lab_mount.source = path;
	m->lab_mount.target = target;
	m->lab_mount.writable = writable;
	m->lab_mount.mapped = 1;
	m->fd[0] = open(m->lab_mount.source, O_PATH | O_CLOEXEC);
	say(c, m);
	msg_close(m);
}

/* It could be changed after it was checked. */
static void
tell_program(const struct chan *c, struct msg *m)
{
	MSG_NEW(m, LAB_PROGRAM, lab_program);
	m->lab_program.which = PROGRAM_SETUP;
	m->lab_program.seconds = 1;
	m->fd[0] = memfd_create("setup", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	say(c, m);
	msg_close(m);
}

static void
tell_mounts(const struct chan *c, struct msg *m, const char *dir,
    const char *lab)
{
	if (strcmp(lab, "mounts") == 0) {
		tell_mount(c, m, dir, "exercises", "/exercises", false);
		tell_mount(c, m, dir, "hand-in", "/srv/hand/in", true);
		tell_mount(c, m, dir, "exercises/one", "/srv/single", false);
	}
	if (strcmp(lab, "unsealed") == 0)
		tell_program(c, m);
	/* A link in the image, to a directory. */
	if (strcmp(lab, "badtarget") == 0)
		tell_mount(c, m, dir, "exercises", "/link/x", false);
}

int
play_loader(const char *file)
{
	struct chan c = { 3, LOADER, BUILDER };
	struct msg m;
	FILE *f = fopen(file, "re");
	char dir[512], word[16], *slash;
	struct err e;
	uint32_t count = 0;

	snprintf(dir, sizeof(dir), "%s", file);
	slash = strrchr(dir, '/');
	if (f == NULL || fscanf(f, "%15s", word) != 1 || slash == NULL ||
	    chan_hello(&c, &e) == -1)
		die(file);
	fclose(f);
	*slash = '\0';
	if (strcmp(word, "refused") == 0) {
		MSG_NEW(&m, LOAD_ERROR, load_error);
		strcpy(m.load_error.reason, "atoll.conf:2: port = 70000");
		say(&c, &m);
		return 1;
	}
	if (strcmp(word, "silent") == 0)
		return 1;
	tell_site(&c, &m, dir, word);
	for (size_t i = 0; i < sizeof(lab_rows) / sizeof(lab_rows[0]); i++) {
		if (strcmp(lab_rows[i].word, word) != 0)
			continue;
		begin_lab(&m, dir, lab_rows[i].lab);
		if (lab_rows[i].change != NULL)
			lab_rows[i].change(&m.lab_plan);
		m.fd[0] =
		    open(m.lab_plan.rootfs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		say(&c, &m);
		msg_close(&m);
		tell_mounts(&c, &m, dir, lab_rows[i].lab);
		count++;
	}
	MSG_NEW(&m, LOAD_END, load_end);
	m.load_end.labs = count;
	m.fd[0] = memfd_create("config", MFD_CLOEXEC);
	say(&c, &m);
	return 0;
}

int
play_check(const char *file)
{
	FILE *f = fopen(file, "re");
	char word[16];

	if (f == NULL || fscanf(f, "%15s", word) != 1)
		die(file);
	fclose(f);
	if (strcmp(word, "refused") != 0)
		return 0;
	fprintf(stderr, "atoll.conf:2: port = 70000\n");
	return 1;
}
