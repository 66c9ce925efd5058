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
set_patience(int fd, struct err *e)
{
	struct timeval patience = { .tv_sec = PATIENCE_SECONDS };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		sizeof(patience)) == -1)
		return err_set(e, errno, "setsockopt");
	return 0;
}

static int
open_socket(const char *path, int *out, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	CLOSES int fd = -1;

	if (strlen(path) >= sizeof(to.sun_path))
		return err_set(e, ENAMETOOLONG, "%s", path);
	strcpy(to.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_set(e, errno, "socket");
	if (set_patience(fd, e) == -1)
		return -1;
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
greet(struct chan *c, int fd, bool is_any, struct err *e)
{
	struct msg m;

	*c = (struct chan){ .fd = fd, .self = ADMIN, .peer = MONITOR };
	if (chan_hello(c, e) == -1 && e->code != EPIPE)
		return -1;
	/* After EPIPE too: a monitor that refuses may have said why first. */
	if (ask_next(c, &m, e) == -1)
		return -1;
	if (m.type == MSG_ADMIN_END)
		return err_set(e, 0, "%s", m.admin_end.text);
	return is_any ? 0 : chan_check_hello(c, &m, e);
}

static int
connect_and_greet(struct chan *c, const char *path, bool is_any, struct err *e)
{
	CLOSES int fd = -1;

	if (open_socket(path, &fd, e) == -1 || greet(c, fd, is_any, e) == -1)
		return -1;
	take_fd(&fd);
	return 0;
}

int
ask_open(struct chan *c, const char *path, struct err *e)
{
	return connect_and_greet(c, path, false, e);
}

int
ask_on(struct chan *c, int fd, struct err *e)
{
	if (set_patience(fd, e) == -1)
		return -1;
	return greet(c, fd, false, e);
}

int
ask_open_any(struct chan *c, const char *path, struct err *e)
{
	return connect_and_greet(c, path, true, e);
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
keep_terminal(struct answer *a, const struct msg_seat_terminal *t,
    struct err *e)
{
	void *list =
	    grown(a->terminals, a->terminal_count, sizeof(*a->terminals));

	if (list == NULL)
		return err_set(e, errno, "terminals of the answer");
	a->terminals = list;
	a->terminals[a->terminal_count++] = *t;
	return 0;
}

static int
keep_hand(struct answer *a, const struct msg_hand_up *hand, struct err *e)
{
	void *list = grown(a->hands, a->hand_count, sizeof(*a->hands));

	if (list == NULL)
		return err_set(e, errno, "hands of the answer");
	a->hands = list;
	a->hands[a->hand_count++] = *hand;
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
keep_recording(struct answer *a, const struct msg_recorded *r, struct err *e)
{
	void *list =
	    grown(a->recordings, a->recording_count, sizeof(*a->recordings));

	if (list == NULL)
		return err_set(e, errno, "recordings of the answer");
	a->recordings = list;
	a->recordings[a->recording_count++] = *r;
	return 0;
}

static int
keep_gathered(struct answer *a, const struct msg_gathered *g, struct err *e)
{
	void *list =
	    grown(a->gathered, a->gathered_count, sizeof(*a->gathered));

	if (list == NULL)
		return err_set(e, errno, "rows of the answer");
	a->gathered = list;
	a->gathered[a->gathered_count++] = *g;
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
keep_step(struct answer *a, const struct msg_result_step *step, struct err *e)
{
	void *list = grown(a->steps, a->step_count, sizeof(*a->steps));

	if (list == NULL)
		return err_set(e, errno, "steps of the answer");
	a->steps = list;
	a->steps[a->step_count++] = *step;
	return 0;
}

static int
keep_stuck(struct answer *a, const struct msg_stuck *stuck, struct err *e)
{
	void *list = grown(a->stuck, a->stuck_count, sizeof(*a->stuck));

	if (list == NULL)
		return err_set(e, errno, "seats of the answer");
	a->stuck = list;
	a->stuck[a->stuck_count++] = *stuck;
	return 0;
}

static int
keep_report_row(struct answer *a, const struct msg_report_row *row,
    struct err *e)
{
	void *list = grown(a->report_rows, a->report_row_count, sizeof(*row));

	if (list == NULL)
		return err_set(e, errno, "rows of the answer");
	a->report_rows = list;
	a->report_rows[a->report_row_count++] = *row;
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
		case MSG_TOTALS:
			a->totals = m.totals;
			break;
		case MSG_SEAT:
			if (keep_seat(a, &m.seat, e) == -1)
				return -1;
			break;
		case MSG_SEAT_TERMINAL:
			if (keep_terminal(a, &m.seat_terminal, e) == -1)
				return -1;
			break;
		case MSG_HAND_UP:
			if (keep_hand(a, &m.hand_up, e) == -1)
				return -1;
			break;
		case MSG_KEPT:
			if (keep_home(a, &m.kept, e) == -1)
				return -1;
			break;
		case MSG_RECORDED:
			if (keep_recording(a, &m.recorded, e) == -1)
				return -1;
			break;
		case MSG_GATHERED:
			if (keep_gathered(a, &m.gathered, e) == -1)
				return -1;
			break;
		case MSG_RESULT:
			if (keep_result(a, &m.result, e) == -1)
				return -1;
			break;
		case MSG_RESULT_STEP:
			if (keep_step(a, &m.result_step, e) == -1)
				return -1;
			break;
		case MSG_STUCK:
			if (keep_stuck(a, &m.stuck, e) == -1)
				return -1;
			break;
		case MSG_REPORT_LAB:
			a->report_lab = m.report_lab;
			break;
		case MSG_REPORT_ROW:
			if (keep_report_row(a, &m.report_row, e) == -1)
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
	free(a->terminals);
	free(a->hands);
	free(a->homes);
	free(a->recordings);
	free(a->gathered);
	free(a->results);
	free(a->steps);
	free(a->stuck);
	free(a->report_rows);
	free(a->lines);
	memset(a, 0, sizeof(*a));
}
