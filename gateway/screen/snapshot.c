/*
 * snapshot.c - the screen of a terminal, painted from the last of its bytes.
 *
 * Its process begins with this very program, exec'd anew: a fork would have a
 * copy of init's memory, and with it the secret of the seat.
 */
#include "gateway/screen/snapshot.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/memfd.h"
#include "gateway/base/scope.h"
#include "gateway/screen/snapshot_process.h"

#define THIS_PROGRAM "/proc/self/exe"
#define NO_PROGRAM   127

static void
run_free(struct snapshot_run *run)
{
	if (run->job != NULL) {
		munmap(run->job, sizeof(*run->job));
		scope_close(&run->made.file);
	}
	*run = (struct snapshot_run){ 0 };
}

static void
write_job(struct snapshot_job *job, const struct snapshot_order *order)
{
	job->rows = order->rows;
	job->cols = order->cols;
	job->to_rows = order->to_rows;
	job->to_cols = order->to_cols;
	job->is_view = order->is_view;
	if (order->base == NULL)
		return;
	job->has_base = true;
	job->base_rows = order->base->rows;
	job->base_cols = order->base->cols;
	job->base_position = order->base->position;
	job->base_filter = order->base->filter;
}

static struct snapshot_job *
map_job(int file, const struct snapshot_order *order)
{
	struct snapshot_job *job;
	void *at;

	if (ftruncate(file, sizeof(*job)) == -1)
		return NULL;
	at = mmap(NULL, sizeof(*job), PROT_READ | PROT_WRITE, MAP_SHARED, file,
	    0);
	if (at == MAP_FAILED)
		return NULL;
	job = at;
	write_job(job, order);
	return job;
}

static int
become_process(const void *unused)
{
	char *argv[] = { (char[]){ "atoll-snapshot" },
		(char[]){ SNAPSHOT_ARGUMENT }, NULL };
	char *environment[] = { NULL };

	(void)unused;
	execve(THIS_PROGRAM, argv, environment);
	return NO_PROGRAM;
}

int
snapshot_prepare(struct snapshot_run *run, const struct snapshot_order *order,
    int files[SNAPSHOT_FILES], struct err *e)
{
	CLOSES int out = memfd_make("snapshot"), job = memfd_make("snapshot");

	*run = (struct snapshot_run){ 0 };
	if (out == -1 || job == -1 || (run->job = map_job(job, order)) == NULL)
		return err_set(e, errno, "memory of a snapshot");
	run->ends_ms = clock_ms() + SNAPSHOT_MS;
	run->made = (struct snapshot){ .file = take_fd(&out),
		.rows = order->to_rows,
		.cols = order->to_cols };
	files[0] = run->made.file;
	files[1] = take_fd(&job);
	files[2] = order->ring_file;
	files[3] = order->base == NULL ? -1 : order->base->file;
	return 0;
}

int
snapshot_start(struct snapshot_run *run, const struct snapshot_order *order,
    struct err *e)
{
	int files[SNAPSHOT_FILES];

	if (snapshot_prepare(run, order, files, e) == -1)
		return -1;
	run->pid = child_start(become_process, NULL, files, SNAPSHOT_FILES);
	close(files[1]);
	if (run->pid != -1)
		return 0;
	run->pid = 0;
	run_free(run);
	return err_set(e, errno, "process of a snapshot");
}

int
snapshot_timeout(const struct snapshot_run *run)
{
	int64_t left;

	if (run->pid == 0)
		return -1;
	left = run->ends_ms - clock_ms();
	return left < 0 ? 0 : (int)left;
}

void
snapshot_kill(struct snapshot_run *run)
{
	if (run->pid > 0)
		kill(run->pid, SIGKILL);
}

static int
why(int status, struct err *e)
{
	if (WIFSIGNALED(status))
		return err_set(e, 0, "snapshot: signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != EXIT_SUCCESS)
		return err_set(e, 0, "snapshot: exit status %d",
		    WEXITSTATUS(status));
	return err_set(e, EPROTO, "snapshot");
}

/* The process says where, and may be anybody's. */
static void
take_note(struct snapshot *made, const struct snapshot_job *job, off_t size)
{
	uint32_t at = job->note_at, under = job->note_under;

	if (at < under && under <= size) {
		made->note_at = at;
		made->note_under = under;
	}
}

int
snapshot_take(struct snapshot_run *run, int status, struct snapshot *made,
    struct err *e)
{
	struct stat st;
	bool is_good = WIFEXITED(status) &&
		       WEXITSTATUS(status) == EXIT_SUCCESS &&
		       run->job->is_done && fstat(run->made.file, &st) == 0 &&
		       st.st_size > 0 && st.st_size <= TERMINAL_PAINT_BYTES &&
		       lseek(run->made.file, 0, SEEK_SET) == 0;

	*made = (struct snapshot){ .file = -1 };
	if (is_good) {
		*made = run->made;
		made->position = run->job->position;
		made->filter = run->job->filter;
		terminal_filter_bound(&made->filter);
		take_note(made, run->job, st.st_size);
		run->made.file = -1;
	} else {
		why(status, e);
	}
	run_free(run);
	return is_good ? 0 : -1;
}

void
snapshot_free(struct snapshot *s)
{
	scope_close(&s->file);
}

void
snapshot_cancel(struct snapshot_run *run)
{
	snapshot_kill(run);
	run_free(run);
}
