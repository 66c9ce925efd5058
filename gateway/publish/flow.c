/* flow.c - bytes that go one way, from one socket to another. */
#include "gateway/publish/flow.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

bool
flow_has_room(const struct flow *f)
{
	return f->end < FLOW_SIZE;
}

bool
flow_has_bytes(const struct flow *f)
{
	return f->at < f->end;
}

enum got
flow_read(struct flow *f, int fd, size_t most)
{
	size_t room = FLOW_SIZE - f->end;
	ssize_t n;

	if (most < room)
		room = most;
	if (room == 0)
		return GOT_NOTHING;
	n = recv(fd, f->bytes + f->end, room, MSG_DONTWAIT);
	if (n > 0)
		f->end += (size_t)n;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return GOT_NOTHING;
	return n > 0 ? GOT_SOME : GOT_END;
}

enum got
flow_write(struct flow *f, int fd)
{
	ssize_t n;

	if (!flow_has_bytes(f))
		return GOT_NOTHING;
	n = send(fd, f->bytes + f->at, f->end - f->at,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? GOT_NOTHING
							 : GOT_END;
	f->at += (size_t)n;
	if (f->at == f->end)
		f->at = f->end = 0;
	return GOT_SOME;
}

bool
flow_replace_head(struct flow *f, size_t old, const struct lines *head,
    size_t most)
{
	size_t rest = f->end - old;

	if (rest > most)
		rest = most;
	if (head->is_cut || head->at + rest > FLOW_SIZE)
		return false;
	memmove(f->bytes + head->at, f->bytes + old, rest);
	memcpy(f->bytes, head->to, head->at);
	f->at = 0;
	f->end = head->at + rest;
	return true;
}
