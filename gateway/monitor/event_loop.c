/* event_loop.c - a loop of libuv's, without io_uring. */
#include "gateway/monitor/event_loop.h"

#include <errno.h>
#include <pthread.h>
#include <sys/prctl.h>

#include "gateway/base/filter.h"
#include "gateway/base/thread_mask.h"

struct making {
	uv_loop_t *loop;
	struct err *e;
	int rc;
};

/* For this thread alone: builder and loader are children of ours that need no such
 * filter, and no_new_privs would be in the way of a lab with setuid. */
static int
hide_io_uring(struct err *e)
{
	static const char *const calls[] = { "io_uring_setup" };
	scmp_filter_ctx ctx = filter_begin(SCMP_ACT_ALLOW, e);
	struct filter f = { 0 };
	int rc;

	if (ctx == NULL)
		return -1;
	rc = filter_add(ctx, SCMP_ACT_ERRNO(ENOSYS), calls, 1, e);
	if (rc == 0)
		rc = filter_export(ctx, &f, e);
	seccomp_release(ctx);
	if (rc == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		rc = err_set(e, errno, "no_new_privs");
	if (rc == 0)
		rc = filter_install(&f, e);
	filter_free(&f);
	return rc;
}

static void *
make(void *arg)
{
	struct making *m = arg;

	m->rc = hide_io_uring(m->e);
	if (m->rc == 0 && uv_loop_init(m->loop) != 0)
		m->rc = err_set(m->e, 0, "cannot make an event loop");
	return NULL;
}

/* Neither filter nor no_new_privs outlive a thread (seccomp(2), prctl(2)); a loop
 * belongs to none before it runs. */
int
event_loop_init(uv_loop_t *loop, struct err *e)
{
	struct making m = { loop, e, -1 };
	pthread_t thread;
	sigset_t before;
	int rc;

	thread_mask_begin(&before);
	rc = pthread_create(&thread, NULL, make, &m);
	thread_mask_end(&before);
	if (rc != 0)
		return err_set(e, rc, "a thread");
	pthread_join(thread, NULL);
	return m.rc;
}
