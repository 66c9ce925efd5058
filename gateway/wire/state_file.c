/* state_file.c - what a process leaves to the build of itself that takes over. */
#include "gateway/wire/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_MAX_OF_FILE (256 << 20)

int
state_create(struct err *e)
{
	int fd = memfd_create("state", 0);

	if (fd == -1)
		return err_set(e, errno, "a memfd for the state");
	return fd;
}

int
state_put(int fd, const struct msg *m, struct err *e)
{
	static uint8_t wire[sizeof(uint32_t) + MSG_WIRE_MAX];
	struct buf head, b;

	buf_init(&b, wire + sizeof(uint32_t), MSG_WIRE_MAX);
	if (msg_encode(m, &b, e) == -1)
		return -1;
	buf_init(&head, wire, sizeof(uint32_t));
	buf_put_u32(&head, (uint32_t)b.at);
	if (write(fd, wire, head.at + b.at) != (ssize_t)(head.at + b.at))
		return err_set(e, errno, "write the state");
	return 0;
}

int
state_open(struct state_rows *r, int fd, enum role self, struct err *e)
{
	struct stat st;

	*r = (struct state_rows){ .self = self };
	if (fstat(fd, &st) == -1)
		return err_set(e, errno, "the state");
	if (st.st_size <= 0 || st.st_size > SIZE_MAX_OF_FILE)
		return err_set(e, EBADMSG, "the state has %jd bytes",
		    (intmax_t)st.st_size);
	r->size = (size_t)st.st_size;
	r->bytes = malloc(r->size);
	if (r->bytes == NULL)
		return err_set(e, ENOMEM, "the state");
	if (pread(fd, r->bytes, r->size, 0) != (ssize_t)r->size)
		return err_set(e, errno, "read the state");
	return 0;
}

int
state_next(struct state_rows *r, struct msg *m, struct err *e)
{
	struct buf head, b;
	size_t n;

	if (r->at == r->size)
		return 0;
	buf_init(&head, r->bytes + r->at, r->size - r->at);
	n = buf_get_u32(&head);
	if (head.failed || n > r->size - r->at - head.at)
		return err_set(e, EBADMSG, "the state is cut off");
	buf_init(&b, r->bytes + r->at + head.at, n);
	r->at += head.at + n;
	for (unsigned i = 0; i < MSG_FDS_MAX; i++)
		m->fd[i] = -1;
	if (msg_decode(m, &b, e) == -1)
		return e->code == ENOMSG
			   ? err_set(e, EPROTO,
				 "the state has a row that only a newer build"
				 " knows")
			   : err_wrap(e, "the state");
	if (!msg_is_allowed(m->type, r->self, r->self))
		return err_set(e, EBADMSG, "%s in the state",
		    msg_name(m->type));
	return 1;
}

void
state_close(struct state_rows *r)
{
	free(r->bytes);
	r->bytes = NULL;
}

uint32_t
state_keep(int fd)
{
	if (fd == -1)
		return 0;
	fcntl(fd, F_SETFD, 0);
	return (uint32_t)fd + 1;
}

int
state_take(uint32_t field, int *fd, struct err *e)
{
	*fd = -1;
	if (field == 0)
		return 0;
	if (field > INT32_MAX || fcntl((int)field - 1, F_GETFD) == -1)
		return err_set(e, EBADF, "descriptor %" PRIu32 " of the state",
		    field - 1);
	fcntl((int)field - 1, F_SETFD, FD_CLOEXEC);
	*fd = (int)field - 1;
	return 0;
}
