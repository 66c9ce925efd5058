/* sockets.c - sockets in the sandbox's network, to be handed out. */
#include "sandbox/init/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/init/asuser.h"
#include "sandbox/init/hostname.h"

#define BACKLOG		 128
#define HOST_NAME_SIZE	 65
#define HOSTS_SIZE	 16384 /* a lab's hosts(5) has half of that */
#define PORT_MAX	 65535
#define PRIVILEGED_PORTS 1024

static int
open_socket(const struct address *to, struct err *e)
{
	int fd = socket(to->any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd == -1 ? err_set(e, errno, "socket") : fd;
}

/* What hosts are called here. */
struct book {
	char own[HOST_NAME_SIZE];
	char hosts[HOSTS_SIZE];
};

/* With the user's rights, and never for long: the file may be a student's. */
static void
read_hosts(const struct msg_init_plan *plan, char text[HOSTS_SIZE])
{
	CLOSES int fd = -1;
	struct stat st;
	struct err e;
	ssize_t n = 0;

	if (as_user_begin(plan, &e) == 0) {
		fd = open("/etc/hosts", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		as_user_end();
	}
	if (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, text, HOSTS_SIZE - 1);
	text[n > 0 ? n : 0] = '\0';
}

static struct names
read_book(const struct msg_init_plan *plan, struct book *b)
{
	if (gethostname(b->own, sizeof(b->own)) == -1)
		b->own[0] = '\0';
	b->own[sizeof(b->own) - 1] = '\0';
	read_hosts(plan, b->hosts);
	return (struct names){ b->own, b->hosts };
}

/* --- out ---------------------------------------------------------------- */

/* Over the loopback a connection is made or refused by now; if not, since the
 * listener is too busy, whoever gets the socket may wait for it. */
static int
refusal(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int code = 0;

	if (poll(&p, 1, 0) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == -1)
		code = errno;
	return code;
}

static int
dial_one(const struct address *to, struct err *e)
{
	CLOSES int fd = open_socket(to, e);
	int code = 0;

	if (fd == -1)
		return -1;
	if (connect(fd, &to->any, to->length) == -1)
		code = errno == EINPROGRESS ? refusal(fd) : errno;
	return code == 0 ? take_fd(&fd) : err_set(e, 0, "%s", strerror(code));
}

static int
dial_port(const struct msg_init_plan *plan, const char *host, uint32_t port,
    struct err *e)
{
	struct address to[ADDRESSES_MAX];
	struct names names;
	struct book book;
	size_t count;
	int fd = -1;

	if (port == 0 || port > PORT_MAX)
		return err_set(e, 0, "no such port");
	names = read_book(plan, &book);
	count = hostname_to_dial(host, (uint16_t)port, &names, to);
	if (count == 0)
		return err_set(e, 0, "no such host in this sandbox");
	for (size_t i = 0; i < count && fd == -1; i++)
		fd = dial_one(&to[i], e);
	return fd;
}

/* To a Unix socket, as the user: init would find nothing closed, and be taken
 * for root by who asks the kernel for its peer. */
static int
dial_path(const struct msg_init_plan *plan, const char *path, struct err *e)
{
	CLOSES int fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int code = 0;

	if (fd == -1)
		return err_set(e, errno, "socket");
	if (strlen(path) >= sizeof(to.sun_path))
		return err_set(e, ENAMETOOLONG, "socket");
	strcpy(to.sun_path, path);
	if (as_user_begin(plan, e) == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == -1)
		code = errno;
	as_user_end();
	return code == 0 ? take_fd(&fd) : err_set(e, 0, "%s", strerror(code));
}

int
forward_dial(const struct msg_init_plan *plan, const struct msg_dial *ask,
    struct msg *answer, struct err *e)
{
	int fd = ask->port == 0 && ask->host[0] == '/'
		     ? dial_path(plan, ask->host, e)
		     : dial_port(plan, ask->host, ask->port, e);

	if (fd == -1)
		return -1;
	MSG_NEW(answer, DIALLED, dialled);
	answer->fd[0] = fd;
	return 0;
}

/* --- in ----------------------------------------------------------------- */

static int
listen_one(const struct address *at, struct err *e)
{
	CLOSES int fd = open_socket(at, e);
	const int on = 1, off = 0;

	if (fd == -1)
		return -1;
	/* Neither must succeed: then it is the bind that fails. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at->any.sa_family == AF_INET6 &&
	    IN6_IS_ADDR_UNSPECIFIED(&at->v6.sin6_addr))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, &at->any, at->length) == -1 || listen(fd, BACKLOG) == -1)
		return err_set(e, errno, "listen");
	return take_fd(&fd);
}

static uint32_t
port_of(int fd)
{
	struct address at = { .length = sizeof(struct sockaddr_in6) };

	if (getsockname(fd, &at.any, &at.length) == -1)
		return 0;
	return ntohs(
	    at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
}

int
forward_listen(const struct msg_init_plan *plan, const struct msg_listen *ask,
    struct msg *answer, struct err *e)
{
	struct address at[ADDRESSES_MAX];
	struct names names;
	struct book book;
	size_t count;
	int fd = -1;

	if (ask->port > PORT_MAX)
		return err_set(e, 0, "no such port");
	/* Init could; but it acts for the user. */
	if (ask->port != 0 && ask->port < PRIVILEGED_PORTS && plan->uid != 0)
		return err_set(e, EACCES, "port %u", ask->port);
	names = read_book(plan, &book);
	count = hostname_to_listen(ask->host, (uint16_t)ask->port, &names, at);
	if (count == 0)
		return err_set(e, 0, "no such address in this sandbox");
	for (size_t i = 0; i < count && fd == -1; i++)
		fd = listen_one(&at[i], e);
	if (fd == -1)
		return -1;
	MSG_NEW(answer, LISTENING, listening);
	answer->listening.port = port_of(fd);
	answer->fd[0] = fd;
	return 0;
}
