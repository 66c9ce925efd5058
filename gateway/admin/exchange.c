/* exchange.c - one request to the monitor, and its whole answer. */
#include "gateway/admin/exchange.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "gateway/base/scope.h"

/* A reload with many labs takes the monitor longest to answer. */
#define PATIENCE_SECONDS 30

/* More rows than any host has seats: an answer without an end is refused, and
 * not kept until the memory is full. */
#define ROWS_MAX 65536

/* Why connect(2) failed, as a text that says what to do.  A socket of a gateway
 * that was killed is still there, and says ECONNREFUSED. */
static int
refused(const char *path, int code, struct err *e)
{
	switch (code) {
	case ENOENT:
	case ECONNREFUSED:
		return err_set(e, 0,
		    "no gateway answers at %s: start atolld, or name its "
		    "socket with -s (admin.sock in its run_dir)",
		    path);
	case EACCES:
	case EPERM:
		return err_set(e, 0,
		    "%s is for root and the members of group atoll only", path);
	case EAGAIN:
		return err_set(e, 0, "%s: the gateway is busy, try again",
		    path);
	default:
		return err_set(e, code, "%s", path);
	}
}

static int
open_socket(const char *path, int *out, struct err *e)
{
	struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	CLOSES int fd = -1;

	if (strlen(path) >= sizeof(to.sun_path))
		return err_set(e, ENAMETOOLONG, "%s", path);
	strcpy(to.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_set(e, errno, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		sizeof(patience)) == -1)
		return err_set(e, errno, "setsockopt");
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == -1)
		return refused(path, errno, e);
	*out = take_fd(&fd);
	return 0;
}

int
ask_next(const struct chan *c, struct msg *m, struct err *e)
{
	switch (chan_recv(c, m, e)) {
	case CHAN_MESSAGE:
		return 0;
	case CHAN_EMPTY:
		return err_set(e, 0, "the gateway did not answer within %d s",
		    PATIENCE_SECONDS);
	case CHAN_CLOSED:
		return err_set(e, 0,
		    "the gateway hung up; its log says why (it serves root and "
		    "the members of group atoll, and tools of its own build)");
	case CHAN_UNKNOWN:
	case CHAN_BROKEN:
		break;
	}
	return err_wrap(e, "the gateway's answer");
}

static int
greet(struct chan *c, const char *path, bool is_any, struct err *e)
{
	CLOSES int fd = -1;
	struct msg m;

	if (open_socket(path, &fd, e) == -1)
		return -1;
	*c = (struct chan){ .fd = fd, .self = ADMIN, .peer = MONITOR };
	if (chan_hello(c, e) == -1 && e->code != EPIPE)
		return -1;
	/* After EPIPE too: a monitor that refuses may have said why first. */
	if (ask_next(c, &m, e) == -1)
		return -1;
	if (m.type == MSG_ADMIN_END)
		return err_set(e, 0, "%s", m.admin_end.text);
	if (!is_any && chan_check_hello(c, &m, e) == -1)
		return -1;
	c->fd = take_fd(&fd);
	return 0;
}

int
ask_open(struct chan *c, const char *path, struct err *e)
{
	return greet(c, path, false, e);
}

int
ask_open_any(struct chan *c, const char *path, struct err *e)
{
	return greet(c, path, true, e);
}

/* Room for one more at the end of a list that grows by doubling. */
static void *
grown(void *list, size_t count, size_t size)
{
	if (count >= ROWS_MAX) {
		errno = E2BIG;
		return NULL;
	}
	if ((count & (count - 1)) != 0)
		return list; /* not a power of two: room is left */
	return realloc(list, (count == 0 ? 1 : 2 * count) * size);
}

static int
keep_seat(struct answer *a, const struct msg_seat *seat, struct err *e)
{
	void *list = grown(a->seats, a->seat_count, sizeof(*a->seats));

	if (list == NULL)
		return err_set(e, errno, "seats of the answer");
	a->seats = list;
	a->seats[a->seat_count++] = *seat;
	return 0;
}

static int
keep_home(struct answer *a, const struct msg_kept *home, struct err *e)
{
	void *list = grown(a->homes, a->home_count, sizeof(*a->homes));

	if (list == NULL)
		return err_set(e, errno, "homes of the answer");
	a->homes = list;
	a->homes[a->home_count++] = *home;
	return 0;
}

static int
keep_result(struct answer *a, const struct msg_result *result, struct err *e)
{
	void *list = grown(a->results, a->result_count, sizeof(*a->results));
	const char *text;

	if (list == NULL)
		return err_set(e, errno, "results of the answer");
	a->results = list;
	a->results[a->result_count] = *result;
	text = strdup(result->text);
	if (text == NULL)
		return err_set(e, ENOMEM, "results of the answer");
	a->results[a->result_count++].text = text;
	return 0;
}

static int
keep_line(struct answer *a, const struct msg_admin_line *line, struct err *e)
{
	void *list = grown(a->lines, a->line_count, sizeof(*a->lines));

	if (list == NULL)
		return err_set(e, errno, "lines of the answer");
	a->lines = list;
	memcpy(a->lines[a->line_count++], line->text, sizeof(line->text));
	return 0;
}

int
ask(const struct chan *c, const struct msg *request, struct answer *a,
    struct err *e)
{
	struct msg m;

	if (chan_send(c, request, e) == -1)
		return -1;
	for (;;) {
		if (ask_next(c, &m, e) == -1)
			return -1;
		switch (m.type) {
		case MSG_STATUS:
			a->status = m.status;
			break;
		case MSG_SEAT:
			if (keep_seat(a, &m.seat, e) == -1)
				return -1;
			break;
		case MSG_KEPT:
			if (keep_home(a, &m.kept, e) == -1)
				return -1;
			break;
		case MSG_RESULT:
			if (keep_result(a, &m.result, e) == -1)
				return -1;
			break;
		case MSG_ADMIN_LINE:
			if (keep_line(a, &m.admin_line, e) == -1)
				return -1;
			break;
		case MSG_ADMIN_END:
			a->end = m.admin_end;
			return 0;
		default:
			return err_set(e, EBADMSG,
			    "the gateway answered with %s, which is no part of "
			    "this"
			    " answer",
			    msg_name(m.type));
		}
	}
}

void
answer_free(struct answer *a)
{
	for (size_t i = 0; i < a->result_count; i++)
		free((char *)(uintptr_t)a->results[i].text);
	free(a->seats);
	free(a->homes);
	free(a->results);
	free(a->lines);
	memset(a, 0, sizeof(*a));
}
