/* keyjob.c - one run of keys_command. */
#include "gateway/keys/keyjob.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/pubkey.h"
#include "gateway/base/scope.h"

#define ARGS_MAX   64
#define PATH	   "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define CANNOT_RUN 127

char *
keys_expand(const char *part, const char *account, const char *key)
{
	size_t type = strcspn(key, " ");
	const char *blob = key + type + strspn(key + type, " ");
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return NULL;
	for (; *part != '\0'; part++) {
		if (part[0] != '%' || part[1] == '\0') {
			fputc(*part, f);
			continue;
		}
		part++;
		if (*part == 'u')
			fputs(account, f);
		else if (*part == 't')
			fprintf(f, "%.*s", (int)type, key);
		else if (*part == 'k')
			fprintf(f, "%.*s", (int)strcspn(blob, " "), blob);
		else
			fputc(*part, f);
	}
	return fclose(f) == 0 ? text : NULL;
}

bool
keys_have(char *lines, const char *key, unsigned *ignored)
{
	char *rest = NULL;
	bool found = false;

	*ignored = 0;
	for (char *line = strtok_r(lines, "\r\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\r\n", &rest)) {
		struct err e;

		line += strspn(line, " \t");
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (key_check(line, &e) == -1)
			(*ignored)++;
		else
			found = key_is_same(line, key) || found;
	}
	return found;
}

static int
exec_command(const void *arg)
{
	char *const environment[] = { (char *)(uintptr_t)PATH, NULL };
	char *const *args = arg;

	setpgid(0, 0); /* a group to be killed as a whole */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	if (child_stdio(CHILD_NULL, CHILD_FD, CHILD_NULL) == 0)
		execve(args[0], args, environment);
	return CANNOT_RUN;
}

static int
start(struct keyjob *j, char *const *args, struct err *e)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	pid = child_start(exec_command, args, &ends[1], 1);
	/* Here too: the group must be there before it may have to be killed. */
	if (pid > 0)
		setpgid(pid, pid);
	close(ends[1]);
	if (pid == -1) {
		close(ends[0]);
		return err_set(e, errno, "fork");
	}
	j->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (j->pidfd == -1 || fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1) {
		err_set(e, errno, "its pidfd");
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		scope_close(&j->pidfd);
		close(ends[0]);
		return -1;
	}
	j->pid = pid;
	j->out = ends[0];
	return 0;
}

int
keyjob_start(struct keyjob *j, char *const *command, const char *account,
    const char *key, struct err *e)
{
	char *args[ARGS_MAX + 1] = { NULL };
	int rc = 0;

	/* The type becomes an argument: it must not look like an option. */
	if (key_check(key, e) == -1)
		return -1;
	text_copy(j->key, sizeof(j->key), key);
	j->used = 0;
	assert(command[0] != NULL); /* check.c saw to that */
	for (unsigned i = 0; command[i] != NULL && i < ARGS_MAX; i++) {
		args[i] = keys_expand(command[i], account, key);
		if (args[i] == NULL)
			rc = err_set(e, ENOMEM, "arguments");
	}
	if (rc == 0)
		rc = start(j, args, e);
	for (unsigned i = 0; i < ARGS_MAX; i++)
		free(args[i]);
	return rc;
}

bool
keyjob_read(struct keyjob *j)
{
	while (j->used < sizeof(j->text)) {
		ssize_t n =
		    read(j->out, j->text + j->used, sizeof(j->text) - j->used);

		if (n == -1 && errno == EAGAIN)
			return true;
		if (n <= 0) {
			scope_close(&j->out);
			return true;
		}
		j->used += (size_t)n;
	}
	return false;
}

static void
explain(int status, char reason[TEXT_SIZE])
{
	if (WIFSIGNALED(status))
		snprintf(reason, TEXT_SIZE, "it was killed by signal %d",
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) == CANNOT_RUN)
		snprintf(reason, TEXT_SIZE,
		    "its user cannot run it (exit status %d)", CANNOT_RUN);
	else if (status != 0)
		snprintf(reason, TEXT_SIZE, "its exit status is %d",
		    WEXITSTATUS(status));
}

bool
keyjob_finish(struct keyjob *j, bool is_late, char reason[TEXT_SIZE])
{
	unsigned ignored = 0;
	bool found = false;
	int status = 0;

	reason[0] = '\0';
	if (j->out != -1)
		keyjob_read(j);
	/* With all that it started: a child may hold the pipe. */
	kill(-j->pid, SIGKILL);
	waitpid(j->pid, &status, 0);
	if (is_late)
		snprintf(reason, TEXT_SIZE, "it took too long");
	else if (j->used == sizeof(j->text))
		snprintf(reason, TEXT_SIZE, "it said more than %d bytes",
		    KEYS_SIZE);
	else
		explain(status, reason);
	if (reason[0] == '\0') {
		j->text[j->used] = '\0';
		found = keys_have(j->text, j->key, &ignored);
		if (ignored > 0)
			snprintf(reason, TEXT_SIZE,
			    "ignored lines that are no plain key: %u", ignored);
	}
	scope_close(&j->out);
	scope_close(&j->pidfd);
	j->pid = 0;
	return found;
}
