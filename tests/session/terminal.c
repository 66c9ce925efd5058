/* terminal.c - an init that is somebody's: wrong rings and pictures. */
#include "tests/session/peers.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/base/terminal_ring.h"

#define PICTURE "\033[2JAS IT WAS\r\n"
#define SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static int
memory(off_t size, int seals)
{
	int fd = memfd_create("played", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd == -1 || ftruncate(fd, size) == -1 ||
	    (seals != 0 && fcntl(fd, F_ADD_SEALS, seals) == -1))
		die("memfd");
	return fd;
}

static int
some_pipe(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		die("pipe2");
	return ends[0]; /* the other end stays open: a read would wait */
}

static int
good_ring(bool is_wrecked)
{
	struct terminal_ring ring;
	struct err e;
	int fd;

	if (terminal_ring_create(&ring, &fd, &e) == -1)
		die(e.text);
	if (is_wrecked)
		memset(ring.map, 0xff, TERMINAL_RING_BYTES);
	terminal_ring_close(&ring);
	return fd;
}

static int
picture(void)
{
	int fd = memory(0, 0);

	if (write(fd, PICTURE, strlen(PICTURE)) == -1 ||
	    lseek(fd, 0, SEEK_SET) == -1)
		die("picture");
	return fd;
}

/* As large as one may be, and the end of it is to be seen. */
static int
full_picture(void)
{
	static char bytes[TERMINAL_PAINT_BYTES];
	const size_t at = sizeof(bytes) - strlen(PICTURE);
	int fd = memory(0, 0);

	memset(bytes, '.', at);
	memcpy(bytes + at, PICTURE, strlen(PICTURE));
	if (write(fd, bytes, sizeof(bytes)) != sizeof(bytes) ||
	    lseek(fd, 0, SEEK_SET) == -1)
		die("picture");
	return fd;
}

bool
play_attached(const char *account, struct msg *answer)
{
	const off_t whole = 4096 + TERMINAL_RING_BYTES;
	int master = answer->fd[0];

	if (strncmp(account, "ring-", 5) != 0 &&
	    strncmp(account, "picture-", 8) != 0)
		return false;
	MSG_NEW(answer, ATTACHED, attached);
	answer->fd[0] = master;
	if (strcmp(account, "ring-bare") == 0)
		answer->fd[1] = memory(whole, 0);
	else if (strcmp(account, "ring-short") == 0)
		answer->fd[1] = memory(4096, SEALS);
	else if (strcmp(account, "ring-pipe") == 0)
		answer->fd[1] = some_pipe();
	else
		answer->fd[1] = good_ring(strcmp(account, "ring-wrecked") == 0);
	if (strcmp(account, "picture-pipe") == 0)
		answer->fd[2] = some_pipe();
	else if (strcmp(account, "picture-huge") == 0)
		answer->fd[2] = memory(1 << 30, 0);
	else if (strcmp(account, "picture-full") == 0)
		answer->fd[2] = full_picture();
	else
		answer->fd[2] = picture();
	return true;
}
