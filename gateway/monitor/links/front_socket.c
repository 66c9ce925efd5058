/* front_socket.c - sockets for a proxy in front of us. */
#include "gateway/monitor/links/front_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/wire/msg.h"

#define BACKLOG 512 /* what waits while its process is started again */

/* A name that is there already is of an earlier gateway.  Anything but a socket is
 * somebody's file. */
static int
remove_old(const char *option, const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : err_set(e, errno, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, 0,
		    "%s: %s is there, and no socket: give socket another"
		    " name",
		    option, path);
	if (unlink(path) == -1)
		return err_set(e, errno, "remove old %s", path);
	return 0;
}

/* The group is that of the process's own user, which a proxy's user is added to.
 * Owner and mode are set before anybody can connect: until listen(2), connect(2) says
 * ECONNREFUSED. */
int
front_socket_name(const char *option, const char *path, gid_t group,
    struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	CLOSES int fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(sun.sun_path))
		return err_set(e, ENAMETOOLONG, "%s", path);
	text_copy(sun.sun_path, sizeof(sun.sun_path), path);
	if (remove_old(option, path, e) == -1)
		return -1;
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    chown(path, 0, group) == -1 || chmod(path, 0660) == -1 ||
	    listen(fd, BACKLOG) == -1)
		return err_set(e, errno, "make %s", path);
	return take_fd(&fd);
}

int
front_socket_port(const char *option, const char *address, int64_t port,
    struct err *e)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *in = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;
	socklen_t size = sizeof(*in);
	CLOSES int fd = -1;
	int on = 1;

	if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
	} else {
		inet_pton(AF_INET6, address, &in6->sin6_addr);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		size = sizeof(*in6);
	}
	fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return err_set(e, errno, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&ss, size) == -1 ||
	    listen(fd, BACKLOG) == -1)
		return err_set(e, errno, "%s: listen on %s port %d", option,
		    address, (int)port);
	return take_fd(&fd);
}
