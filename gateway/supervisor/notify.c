/*
 * notify.c - tell the service manager how far we are.
 *
 * The protocol is one datagram to the socket that NOTIFY_SOCKET names; a library
 * for it would bring more code than this into the process.
 */
#include "gateway/supervisor/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"

void
notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	CLOSES int fd = -1;
	size_t n;

	if (path == NULL)
		return;
	n = strlen(path);
	if (n == 0 || n >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@') /* an abstract name */
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 ||
	    sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		(struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == -1)
		log_warn(NULL, "service manager was not told state=%s: %s",
		    state, strerror(errno));
}
