/* zygote_start.c - start the process from which session processes are forked. */
#include "sandbox/builder/zygote_start.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/base/trial.h"
#include "gateway/wire/chan.h"

/* In state_dir. */
#define RECORDINGS "recordings"
#define COLLECTED  "collected"
#define ARGS_FIXED 8 /* what is before the keys, and the NULL */

/* The first time the kernel loads some ten modules, on a host that may be starting. */
#define ROUTER_SECONDS 60

/* All that argv points to, made before the clone. */
struct arguments {
	char program[PATH_SIZE + 16], empty[PATH_SIZE + 8];
	char uid[12], gid[12];
	const char *argv[ARGS_FIXED + 4 * STRINGS_MAX];
};

static size_t
add_keys(struct arguments *a, size_t n, const char *option,
    const struct strings *keys)
{
	for (const char *key = strings_next(keys, NULL); key != NULL;
	     key = strings_next(keys, key)) {
		a->argv[n++] = option;
		a->argv[n++] = key;
	}
	return n;
}

/* Returns how many there are. */
static size_t
make_arguments(struct arguments *a, const struct msg_site_plan *site,
    const char *name, uint32_t uid, uint32_t gid)
{
	size_t n = 0;

	snprintf(a->program, sizeof(a->program), "%s/%s", site->libexec_dir,
	    name);
	snprintf(a->empty, sizeof(a->empty), "%s/empty", site->run_dir);
	snprintf(a->uid, sizeof(a->uid), "%" PRIu32, uid);
	snprintf(a->gid, sizeof(a->gid), "%" PRIu32, gid);
	a->argv[n++] = a->program;
	a->argv[n++] = "-u";
	a->argv[n++] = a->uid;
	a->argv[n++] = "-g";
	a->argv[n++] = a->gid;
	a->argv[n++] = "-e";
	a->argv[n++] = a->empty;
	a->argv[n] = NULL;
	return n;
}

static int
exec_program(const void *arg)
{
	const struct arguments *a = arg;
	struct log_environment environment;

	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (child_stdio(CHILD_NULL, CHILD_NULL, CHILD_SAME) == -1 ||
	    chdir("/") == -1) {
		log_error(NULL, "%s: descriptors: %s", a->program,
		    strerror(errno));
		return 126;
	}
	log_environment_fill(&environment);
	execve(a->program, (char *const *)(uintptr_t)a->argv, environment.list);
	log_error(NULL, "cannot run %s: %s", a->program, strerror(errno));
	return 127;
}

/* Its end is noticed by its link; it is reaped by our parent. */
static int
start(const struct arguments *a, const int *fds, size_t count, struct err *e)
{
	pid_t pid = child_start_beside(exec_program, a, fds, count);

	if (pid == -1)
		return err_set(e, errno, "clone for %s", a->program);
	log_debug(NULL, "%s started pid=%d", a->program, (int)pid);
	return 0;
}

/* Who has the host keys: their files are the last arguments. */
static void
add_host_keys(struct arguments *a, size_t n, const struct msg_site_plan *site)
{
	n = add_keys(a, n, "-k", &site->host_keys);
	n = add_keys(a, n, "-n", &site->host_keys_next);
	a->argv[n] = NULL;
}

static void
make_zygote_arguments(struct arguments *a, const struct msg_site_plan *site)
{
	size_t n = make_arguments(a, site, "atoll-session", site->session_uid,
	    site->session_gid);

	if (!HAS_SIGNER)
		add_host_keys(a, n, site);
}

static void
make_signer_arguments(struct arguments *a, const struct msg_site_plan *site)
{
	size_t n = make_arguments(a, site, "atoll-signer", site->signer_uid,
	    site->signer_gid);

	add_host_keys(a, n, site);
}

int
zygote_start(const struct msg_site_plan *site, int link, struct err *e)
{
	FREES struct arguments *a = malloc(sizeof(*a));

	if (a == NULL)
		return err_set(e, ENOMEM, "zygote");
	make_zygote_arguments(a, site);
	return start(a, &link, 1, e);
}

int
signer_start(const struct msg_site_plan *site, int link, struct err *e)
{
	FREES struct arguments *a = malloc(sizeof(*a));

	if (a == NULL)
		return err_set(e, ENOMEM, "signer");
	make_signer_arguments(a, site);
	return start(a, &link, 1, e);
}

int
staff_start(const struct msg_site_plan *site, int link, struct err *e)
{
	FREES struct arguments *a = malloc(sizeof(*a));

	if (a == NULL)
		return err_set(e, ENOMEM, "staff");
	make_arguments(a, site, "atoll-staff", site->session_uid,
	    site->session_gid);
	return start(a, &link, 1, e);
}

/* A directory of state_dir where nobody but root and that user reads. */
static int
open_own(const struct msg_site_plan *site, const char *name, uint32_t uid,
    uint32_t gid, struct err *e)
{
	CLOSES int state =
	    open(site->state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLOSES int dir = -1;

	if (state == -1)
		return err_set(e, errno, "state_dir %s", site->state_dir);
	if (mkdirat(state, name, 0700) == -1 && errno != EEXIST)
		return err_set(e, errno, "mkdir %s/%s", site->state_dir, name);
	dir = openat(state, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1 || fchown(dir, uid, gid) == -1 || fchmod(dir, 0700) == -1)
		return err_set(e, errno, "%s/%s", site->state_dir, name);
	return take_fd(&dir);
}

int
recorder_start(const struct msg_site_plan *site, int link, struct err *e)
{
	FREES struct arguments *a = NULL;
	CLOSES int dir = -1;

	if (site->recorder_uid == 0 || site->recorder_gid == 0)
		return err_set(e, 0,
		    "there is no user for atoll-recorder: see recorder_user");
	dir = open_own(site, RECORDINGS, site->recorder_uid, site->recorder_gid,
	    e);
	if (dir == -1)
		return -1;
	a = malloc(sizeof(*a));
	if (a == NULL)
		return err_set(e, ENOMEM, "recorder");
	make_arguments(a, site, "atoll-recorder", site->recorder_uid,
	    site->recorder_gid);
	return start(a, (const int[]){ link, dir }, 2, e);
}

int
collector_start(const struct msg_site_plan *site, int link, struct err *e)
{
	FREES struct arguments *a = NULL;
	CLOSES int dir = -1;

	if (site->collector_uid == 0 || site->collector_gid == 0)
		return err_set(e, 0,
		    "there is no user for atoll-collector: see"
		    " collector_user");
	dir = open_own(site, COLLECTED, site->collector_uid,
	    site->collector_gid, e);
	if (dir == -1)
		return -1;
	a = malloc(sizeof(*a));
	if (a == NULL)
		return err_set(e, ENOMEM, "collector");
	make_arguments(a, site, "atoll-collector", site->collector_uid,
	    site->collector_gid);
	return start(a, (const int[]){ link, dir }, 2, e);
}

int
web_start(const struct msg_site_plan *site, int link, struct err *e)
{
	FREES struct arguments *a = NULL;

	if (site->web_uid == 0 || site->web_gid == 0)
		return err_set(e, 0,
		    "there is no user for atoll-web: see web_user");
	a = malloc(sizeof(*a));
	if (a == NULL)
		return err_set(e, ENOMEM, "web");
	make_arguments(a, site, "atoll-web", site->web_uid, site->web_gid);
	return start(a, &link, 1, e);
}

int
publish_start(const struct msg_site_plan *site, int link, struct err *e)
{
	FREES struct arguments *a = NULL;

	if (site->publish_uid == 0 || site->publish_gid == 0)
		return err_set(e, 0,
		    "there is no user for atoll-publish: see publish_user");
	a = malloc(sizeof(*a));
	if (a == NULL)
		return err_set(e, ENOMEM, "publish");
	make_arguments(a, site, "atoll-publish", site->publish_uid,
	    site->publish_gid);
	return start(a, &link, 1, e);
}

int
browser_start(const struct msg_site_plan *site, int link, struct err *e)
{
	FREES struct arguments *a = NULL;

	if (site->browser_uid == 0 || site->browser_gid == 0)
		return err_set(e, 0,
		    "there is no user for atoll-browser: see browser_user");
	a = malloc(sizeof(*a));
	if (a == NULL)
		return err_set(e, ENOMEM, "browser");
	make_arguments(a, site, "atoll-browser", site->browser_uid,
	    site->browser_gid);
	return start(a, &link, 1, e);
}

int
net_start(const struct msg_site_plan *site, int link, int router, struct err *e)
{
	FREES struct arguments *a = NULL;

	if (site->net_uid == 0 || site->net_gid == 0)
		return err_set(e, 0,
		    "there is no user for atoll-net: see net_user");
	a = malloc(sizeof(*a));
	if (a == NULL)
		return err_set(e, ENOMEM, "atoll-net");
	make_arguments(a, site, "atoll-net", site->net_uid, site->net_gid);
	return start(a, (const int[]){ link, router }, 2, e);
}

int
names_start(const struct msg_site_plan *site, int link, int router, int net,
    struct err *e)
{
	FREES struct arguments *a = NULL;

	if (site->names_uid == 0 || site->names_gid == 0)
		return err_set(e, 0,
		    "there is no user for atoll-names: see names_user");
	a = malloc(sizeof(*a));
	if (a == NULL)
		return err_set(e, ENOMEM, "atoll-names");
	make_arguments(a, site, "atoll-names", site->names_uid,
	    site->names_gid);
	return start(a, (const int[]){ link, router, net }, 3, e);
}

int
net_try(const struct msg_site_plan *site, struct err *e)
{
	char path[PATH_SIZE + 16], said[ERR_TEXT_SIZE];
	const char *const argv[] = { path, "-t", NULL };

	snprintf(path, sizeof(path), "%s/atoll-net", site->libexec_dir);
	return trial_run("this host cannot route for sandboxes", argv, -1, -1,
	    ROUTER_SECONDS, said, e);
}

/* It says HELLO when it is ready, and ends when nobody can say anything to it. */
static int
try_to_serve(const char *what, struct arguments *a, enum role role,
    struct err *e)
{
	CLOSES int ours = -1;
	CLOSES int theirs = -1;
	char said[ERR_TEXT_SIZE];
	struct msg m;

	if (chan_link(&ours, &theirs, e) == -1)
		return -1;
	if (shutdown(ours, SHUT_WR) == -1)
		return err_set(e, errno, "%s", what);
	if (trial_run(what, a->argv, -1, theirs, TRIAL_SECONDS, said, e) == -1)
		return -1;
	if (chan_recv(&(struct chan){ ours, MONITOR, role }, &m, e) !=
	    CHAN_MESSAGE)
		return err_set(e, 0, "%s did not get ready", what);
	msg_close(&m);
	return 0;
}

int
zygote_try(const struct msg_site_plan *site, struct err *e)
{
	FREES struct arguments *a = malloc(sizeof(*a));

	if (a == NULL)
		return err_set(e, ENOMEM, "zygote");
	make_zygote_arguments(a, site);
	return try_to_serve("the installed atoll-session", a, ZYGOTE, e);
}

int
signer_try(const struct msg_site_plan *site, struct err *e)
{
	FREES struct arguments *a = malloc(sizeof(*a));

	if (a == NULL)
		return err_set(e, ENOMEM, "signer");
	make_signer_arguments(a, site);
	return try_to_serve("the installed atoll-signer", a, SIGNER, e);
}
