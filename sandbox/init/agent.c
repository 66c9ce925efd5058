/*
 * agent.c - the socket by which programs reach the client's ssh agent.
 *
 * Its directory is in /tmp, which belongs to everybody inside, and the user
 * owns the directory in the end.  So the directory is given away last, and
 * later nothing in it is reached by a path that could be a link by then.  The
 * path of a terminal lies in another one like it, and is a link to the socket.
 */
#include "sandbox/init/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define DIRECTORY "/tmp/ssh-XXXXXX"
#define NAME	  "agent.1"
#define BACKLOG	  16

static int
listen_at(const char *path, const struct msg_init_plan *plan, struct err *e)
{
	CLOSES int fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	text_copy(at.sun_path, sizeof(at.sun_path), path);
	if (fd == -1 ||
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) == -1 ||
	    listen(fd, BACKLOG) == -1 || chmod(path, 0600) == -1 ||
	    chown(path, plan->uid, plan->gid) == -1)
		return err_set(e, errno, "socket of the agent");
	return take_fd(&fd);
}

int
agent_open(struct agent *a, const struct msg_init_plan *plan,
    struct msg *answer, struct err *e)
{
	char directory[] = DIRECTORY;
	CLOSES int fd = -1;

	if (a->path[0] != '\0')
		return err_set(e, EEXIST, "agent");
	if (mkdtemp(directory) == NULL)
		return err_set(e, errno, "directory of the agent");
	snprintf(a->path, sizeof(a->path), "%s/" NAME, directory);
	fd = listen_at(a->path, plan, e);
	if (fd == -1) {
		agent_close(a);
		return -1;
	}
	if (chown(directory, plan->uid, plan->gid) == -1) {
		agent_close(a);
		return err_set(e, errno, "directory of the agent");
	}
	MSG_NEW(answer, LISTENING, listening);
	answer->fd[0] = take_fd(&fd);
	return 0;
}

static int
open_directory(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void
agent_close(struct agent *a)
{
	CLOSES int directory = -1;
	char *slash = strrchr(a->path, '/');

	if (slash == NULL)
		return;
	*slash = '\0';
	directory = open_directory(a->path);
	if (directory != -1)
		unlinkat(directory, NAME, 0);
	rmdir(a->path);
	a->path[0] = '\0';
}

/* --- of a terminal that stays --------------------------------------------- */

int
agent_path_make(struct agent_path *p, const struct msg_init_plan *plan,
    const char *socket, struct err *e)
{
	char directory[] = DIRECTORY;

	*p = (struct agent_path){ .directory = -1 };
	if (mkdtemp(directory) == NULL)
		return err_set(e, errno, "directory of the agent");
	snprintf(p->path, sizeof(p->path), "%s/" NAME, directory);
	p->directory = open_directory(directory);
	if (p->directory == -1 || symlinkat(socket, p->directory, NAME) == -1 ||
	    fchownat(p->directory, "", plan->uid, plan->gid, AT_EMPTY_PATH) ==
		-1) {
		err_set(e, errno, "path of the agent");
		agent_path_remove(p);
		return -1;
	}
	return 0;
}

void
agent_path_set(struct agent_path *p, const char *socket)
{
	if (p->directory == -1)
		return;
	unlinkat(p->directory, NAME, 0);
	if (socket[0] != '\0' && symlinkat(socket, p->directory, NAME) == -1)
		return; /* the user has made it something else */
}

void
agent_path_remove(struct agent_path *p)
{
	char *slash = strrchr(p->path, '/');

	if (slash == NULL)
		return;
	*slash = '\0';
	if (p->directory != -1)
		unlinkat(p->directory, NAME, 0);
	scope_close(&p->directory);
	rmdir(p->path);
	p->path[0] = '\0';
}

void
agent_path_leave(struct agent_path *p)
{
	scope_close(&p->directory);
	p->path[0] = '\0';
}
