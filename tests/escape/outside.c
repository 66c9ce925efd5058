/* outside.c - reaching the host or a neighbour by a name or a number. */
#include "tests/escape/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/escape/neighbour.h"

static int
connect_to(const char *address, int port)
{
	int s = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((unsigned short)port) };

	inet_pton(AF_INET, address, &to.sin_addr);
	return answer_of(connect(s, (void *)&to, sizeof(to)));
}

static int
port_of_host(const struct told *t)
{
	return t->host_port == 0 ? UNTRIED
				 : connect_to("127.0.0.1", t->host_port);
}

static int
port_of_neighbour(const struct told *t)
{
	return t->neighbour_port == 0
		   ? UNTRIED
		   : connect_to("127.0.0.1", t->neighbour_port);
}

static int
internet(const struct told *t)
{
	(void)t;
	return connect_to("192.0.2.1", 80);
}

static int
metadata(const struct told *t)
{
	(void)t;
	return connect_to("169.254.169.254", 80);
}

static int
abstract(const struct told *t)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	(void)t;
	memcpy(to.sun_path + 1, NEIGHBOUR_ABSTRACT,
	    sizeof(NEIGHBOUR_ABSTRACT) - 1);
	return answer_of(connect(s, (void *)&to,
	    offsetof(struct sockaddr_un, sun_path) +
		sizeof(NEIGHBOUR_ABSTRACT)));
}

static int
shared_memory(const struct told *t)
{
	(void)t;
	return answer_of(shmget(NEIGHBOUR_KEY, 0, 0));
}

static int
queue(const struct told *t)
{
	(void)t;
	return answer_of(mq_open(NEIGHBOUR_QUEUE, O_RDWR));
}

static int
shm_file(const struct told *t)
{
	(void)t;
	return answer_of(open(NEIGHBOUR_SHM, O_RDWR));
}

static int
lock_alone(const char *path)
{
	int fd = open(path, O_RDONLY);

	return fd == -1 ? errno : answer_of(flock(fd, LOCK_EX | LOCK_NB));
}

static int
lock_device(const struct told *t)
{
	(void)t;
	return lock_alone(NEIGHBOUR_DEVICE);
}

static int
lock_program(const struct told *t)
{
	(void)t;
	return lock_alone(NEIGHBOUR_PROGRAM);
}

static const struct attempt attempts[] = {
	{ "a port of the host's loopback", ACT(port_of_host),
	    SAYS(ECONNREFUSED), BARE(NOBODY, SAME),
	    BECAUSE("the loopback is the sandbox's own") },
	{ "a port of a neighbour's loopback", ACT(port_of_neighbour),
	    SAYS(ECONNREFUSED), BARE(NOBODY, SAME) },
	{ "the internet", ACT(internet), SAYS(ENETUNREACH),
	    BARE(NOBODY, SAME) },
	{ "a cloud's metadata", ACT(metadata), SAYS(ENETUNREACH),
	    BARE(NOBODY, SAME) },
	{ "an abstract socket", ACT(abstract), SAYS(ECONNREFUSED),
	    BARE(PLAIN, WORKS),
	    BECAUSE("host and neighbour both listen on this name") },
	{ "System V shared memory", ACT(shared_memory), SAYS(ENOENT),
	    BARE(PLAIN, WORKS), BECAUSE("host and neighbour both made it") },
	{ "a POSIX message queue", ACT(queue), SAYS(ENOENT), BARE(PLAIN, WORKS),
	    BECAUSE("host and neighbour both made it") },
	{ "a file in /dev/shm", ACT(shm_file), SAYS(ENOENT), BARE(PLAIN, WORKS),
	    BECAUSE("host and neighbour both made it") },
	{ "lock /dev/null alone", ACT(lock_device), SAYS(WORKS),
	    BARE(PLAIN, EWOULDBLOCK),
	    BECAUSE("host and neighbour both hold a lock on theirs") },
	{ "lock the lab program alone", ACT(lock_program), SAYS(WORKS),
	    BARE(NOBODY, SAME),
	    BECAUSE("the neighbour holds a lock on its own") },
};

const struct area area_outside = { "outside",
	"While the probe runs, the host and another sandbox offer ports and"
	" names of every kind.",
	ROWS(attempts) };
