/* zygote_start.c - start the process from which session processes are forked. */
#include "sandbox/builder/zygote_start.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"

#define ARGS_FIXED 8 /* what is before the keys, and the NULL */

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

static void
make_arguments(struct arguments *a, const struct msg_site_plan *site)
{
	size_t n = 0;

	snprintf(a->program, sizeof(a->program), "%s/atoll-session",
	    site->libexec_dir);
	snprintf(a->empty, sizeof(a->empty), "%s/empty", site->run_dir);
	snprintf(a->uid, sizeof(a->uid), "%" PRIu32, site->session_uid);
	snprintf(a->gid, sizeof(a->gid), "%" PRIu32, site->session_gid);
	a->argv[n++] = a->program;
	a->argv[n++] = "-u";
	a->argv[n++] = a->uid;
	a->argv[n++] = "-g";
	a->argv[n++] = a->gid;
	a->argv[n++] = "-e";
	a->argv[n++] = a->empty;
	n = add_keys(a, n, "-k", &site->host_keys);
	n = add_keys(a, n, "-n", &site->host_keys_next);
	a->argv[n] = NULL;
}

static int
exec_zygote(const void *arg)
{
	const struct arguments *a = arg;
	char *envp[] = { NULL };

	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (child_stdio(CHILD_NULL, CHILD_NULL, CHILD_SAME) == -1 ||
	    chdir("/") == -1) {
		log_error(NULL, "zygote: descriptors: %s", strerror(errno));
		return 126;
	}
	execve(a->program, (char *const *)(uintptr_t)a->argv, envp);
	log_error(NULL, "zygote: %s: %s", a->program, strerror(errno));
	return 127;
}

int
zygote_start(const struct msg_site_plan *site, int link, struct err *e)
{
	/* CLONE_PARENT takes the exit signal from us, see clone(2). */
	struct clone_args args = { .flags = CLONE_PARENT };
	FREES struct arguments *a = malloc(sizeof(*a));
	long pid;

	if (a == NULL)
		return err_set(e, ENOMEM, "zygote");
	make_arguments(a, site);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == -1)
		return err_set(e, errno, "clone zygote");
	if (pid == 0)
		child_become(exec_zygote, a, &link, 1);
	log_debug(NULL, "zygote started pid=%ld", pid);
	return 0;
}
