/* neighbour.c - what someone else offers; see neighbour.h. */
#include "tests/escape/neighbour.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int
listen_tcp(int port)
{
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return bind(s, (void *)&to, sizeof(to)) == -1 ? -1 : listen(s, 5);
}

static int
listen_abstract(void)
{
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	memcpy(to.sun_path + 1, NEIGHBOUR_ABSTRACT,
	    sizeof(NEIGHBOUR_ABSTRACT) - 1);
	return bind(s, (void *)&to,
		   offsetof(struct sockaddr_un, sun_path) +
		       sizeof(NEIGHBOUR_ABSTRACT)) == -1
		   ? -1
		   : listen(s, 5);
}

static int
lock(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd == -1 ? -1 : flock(fd, LOCK_SH);
}

int
neighbour_listen(int port)
{
	mode_t all = umask(0);
	int shm = shmget(NEIGHBOUR_KEY, 4096, IPC_CREAT | 0666);
	mqd_t queue = mq_open(NEIGHBOUR_QUEUE, O_CREAT | O_RDWR, 0666, NULL);
	int file = open(NEIGHBOUR_SHM, O_CREAT | O_RDWR, 0666);
	char c;

	if (listen_tcp(port) == -1 || listen_abstract() == -1 || shm == -1 ||
	    queue == -1 || file == -1 || lock(NEIGHBOUR_DEVICE) == -1) {
		perror("listen");
		return 1;
	}
	lock(NEIGHBOUR_PROGRAM);
	umask(all);
	printf("listening\n");
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
	/* On the host these would stay. */
	shmctl(shm, IPC_RMID, NULL);
	mq_unlink(NEIGHBOUR_QUEUE);
	unlink(NEIGHBOUR_SHM);
	return 0;
}
