/*
 * watch.c - another's terminal, shown on one's own, and typed in.
 *
 * The monitor decides who may, and hands over sockets: one that atoll-recorder shows the
 * terminal on, and to who joins one for keys, which goes to the terminal's session.  It
 * hands over new ones when the terminal has another session, and says when it is over.
 */
#include "gateway/admin/watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/admin/argument.h"
#include "gateway/admin/exchange.h"
#include "gateway/admin/screen_signals.h"
#include "gateway/admin/watch/keys.h"
#include "gateway/admin/watch/show.h"
#include "gateway/base/escape.h"
#include "gateway/base/scope.h"
#include "gateway/wire/rights.h"

#define KEYS_MAX 1024 /* that are read at once */
#define PACKETS	 16   /* of one turn */

struct watch {
	struct chan link;
	int shown, typed; /* sockets; owned; -1: none now */
	int signals;
	struct glass glass;
	struct show show;
	struct keys keys;
	char label[SHOW_LINE_MAX];
	char key[KEYS_MAX]; /* that are not sent yet */
	size_t key_count;
	bool is_over;
	bool is_ended; /* by the gateway */
	bool wants_join;
	uint32_t status;
	char text[TEXT_SIZE]; /* the last word */
};

/* --- the command line --------------------------------------------------------- */

/* SEAT, or SEAT#N for one of its terminals. */
static int
parse_seat(const char *word, struct msg_admin_watch *to, struct err *e)
{
	char seat[2 * NAME_SIZE], safe[TEXT_SIZE], *end;
	const char *mark = strchr(word, '#');
	size_t n = mark == NULL ? strlen(word) : (size_t)(mark - word);
	unsigned long number = 0;

	if (mark != NULL) {
		errno = 0;
		number = strtoul(mark + 1, &end, 10);
		if (mark[1] < '0' || mark[1] > '9' || *end != '\0' ||
		    number == 0 || number > UINT32_MAX - 1 || errno != 0) {
			text_escape(safe, sizeof(safe), mark + 1);
			return err_set(e, 0,
			    "\"%.80s\" is not the number of a terminal: write"
			    " account+lab#1, as 'atoll terminals' shows them",
			    safe);
		}
	}
	if (n >= sizeof(seat)) /* which is no seat */
		return argument_seat(word, to->account, to->lab, e);
	memcpy(seat, word, n);
	seat[n] = '\0';
	to->terminal = (uint32_t)number;
	return argument_seat(seat, to->account, to->lab, e);
}

/* --- what comes --------------------------------------------------------------- */

static void
end(struct watch *w, uint32_t status, const char *text)
{
	w->is_over = true;
	w->status = status;
	text_copy(w->text, sizeof(w->text), text);
}

static void
send_window(const struct watch *w)
{
	struct tap_packet p;

	if (w->shown == -1)
		return;
	tap_begin_packet(&p);
	tap_add_size(&p, 0, w->glass.rows, w->glass.cols);
	send(w->shown, p.bytes, p.used, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
on_watching(struct watch *w, struct msg *m)
{
	const struct msg_watching *got = &m->watching;
	struct err ignored;

	scope_close(&w->shown);
	w->shown = take_fd(&m->fd[0]);
	chan_nonblock(w->shown, &ignored);
	w->keys.is_join = w->wants_join;
	snprintf(w->label, sizeof(w->label), "%s %.32s+%.32s, terminal %u",
	    w->wants_join ? "typing in" : "watching", got->account, got->lab,
	    got->terminal);
	w->show.is_told = false;
	send_window(w);
}

static void
on_message(struct watch *w, struct msg *m)
{
	char safe[TEXT_SIZE];

	switch (m->type) {
	case MSG_WATCHING:
		on_watching(w, m);
		break;
	case MSG_JOINED:
		scope_close(&w->typed);
		w->typed = take_fd(&m->fd[0]);
		w->key_count = 0;
		break;
	case MSG_ADMIN_LINE:
		text_escape(safe, sizeof(safe), m->admin_line.text);
		show_line(&w->show, safe);
		break;
	case MSG_ADMIN_END:
		w->is_ended = true;
		end(w, m->admin_end.status, m->admin_end.text);
		break;
	default:
		break;
	}
	msg_close(m);
}

static void
read_link(struct watch *w)
{
	struct err e = { 0 };
	struct msg m;

	while (!w->is_over) {
		switch (chan_recv(&w->link, &m, &e)) {
		case CHAN_MESSAGE:
			on_message(w, &m);
			break;
		case CHAN_EMPTY:
			return;
		case CHAN_CLOSED:
		case CHAN_UNKNOWN:
		case CHAN_BROKEN:
			end(w, 1, "the gateway was interrupted: try again");
			return;
		}
	}
}

/* False when there is nothing more now. */
static bool
read_packet(struct watch *w)
{
	static uint8_t packet[TAP_PACKET_MAX];
	const uint8_t *at = packet;
	struct tap_frame f;
	struct rights r;
	ssize_t n = rights_recv(w->shown, packet, sizeof(packet), 1, &r);
	size_t left = n < 0 ? 0 : (size_t)n;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) { /* the monitor says what that means */
		scope_close(&w->shown);
		return false;
	}
	while (tap_next(&at, &left, &f) == 1)
		show_frame(&w->show, &f, r.count == 1 ? r.fd[0] : -1);
	rights_close(&r);
	return true;
}

/* Not more than the glass takes: a recorder waits for nobody, and has a picture for
 * who is behind. */
static void
read_shown(struct watch *w)
{
	for (int i = 0;
	     i < PACKETS && w->shown != -1 && !glass_is_busy(&w->glass) &&
	     show_note_timeout(&w->show) == -1;
	     i++) {
		if (!read_packet(w))
			return;
		glass_flush(&w->glass);
	}
}

/* --- what is typed ------------------------------------------------------------ */

static void
send_keys(struct watch *w)
{
	ssize_t n;

	if (w->key_count == 0 || w->typed == -1)
		return;
	n = send(w->typed, w->key, w->key_count, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == -1)
		scope_close(&w->typed);
	w->key_count = 0;
}

static void
read_keys(struct watch *w)
{
	char bytes[KEYS_MAX], kept[KEYS_MAX];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
	bool leaves = false;

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end(w, 0, "");
		return;
	}
	w->key_count = keys_take(&w->keys, bytes, (size_t)n, kept, &leaves);
	memcpy(w->key, kept, w->key_count);
	show_note_over(&w->show);
	if (leaves)
		end(w, 0,
		    w->wants_join ? "you have left the terminal"
				  : "you have stopped watching");
	else if (w->typed == -1)
		w->key_count = 0;
	send_keys(w);
}

static void
read_signals(struct watch *w)
{
	struct signalfd_siginfo told;

	while (read(w->signals, &told, sizeof(told)) == sizeof(told)) {
		if (told.ssi_signo != SIGWINCH) {
			end(w, 1, "ended by a signal");
			return;
		}
		show_resized(&w->show);
		send_window(w);
	}
}

/* --- the loop ----------------------------------------------------------------- */

static void
turn(struct watch *w)
{
	bool is_busy = glass_is_busy(&w->glass);
	int note = show_note_timeout(&w->show);
	struct pollfd fds[] = {
		{ STDIN_FILENO, w->key_count == 0 ? POLLIN : 0, 0 },
		{ w->signals, POLLIN, 0 },
		{ w->link.fd, POLLIN, 0 },
		{ is_busy || note != -1 ? -1 : w->shown, POLLIN, 0 },
		{ is_busy ? STDOUT_FILENO : -1, POLLOUT, 0 },
		{ w->key_count > 0 ? w->typed : -1, POLLOUT, 0 },
	};

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), note) == -1 &&
	    errno != EINTR) {
		end(w, 1, "poll failed");
		return;
	}
	if (show_note_timeout(&w->show) == 0)
		show_note_over(&w->show);
	if (fds[1].revents != 0)
		read_signals(w);
	if (fds[0].revents != 0)
		read_keys(w);
	if (fds[5].revents != 0)
		send_keys(w);
	if (fds[2].revents != 0)
		read_link(w);
	if (fds[3].revents != 0)
		read_shown(w);
	glass_flush(&w->glass);
	if (w->glass.is_lost)
		end(w, 1, "your terminal is gone");
}

/* Nothing is drawn before the monitor has agreed. */
static int
ask_to_watch(struct watch *w, const struct msg *request, struct err *e)
{
	struct msg m;

	if (chan_send(&w->link, request, e) == -1)
		return -1;
	do {
		if (ask_next(&w->link, &m, e) == -1)
			return -1;
		if (m.type == MSG_ADMIN_END)
			return err_set(e, 0, "%s", m.admin_end.text);
		on_message(w, &m);
	} while (w->shown == -1);
	return 0;
}

static int
open_link(const struct invocation *in, struct watch *w, struct err *e)
{
	if (in->link == -1)
		return ask_open(&w->link, in->socket, e);
	if (in->greeted == NULL)
		return ask_on(&w->link, in->link, e);
	w->link = *in->greeted;
	return 0;
}

/* The caller goes on with the link: as it was, and with nothing on it. */
static void
give_back(const struct invocation *in, struct watch *w)
{
	struct err e = { 0 };
	struct msg m;

	if (in->greeted == NULL)
		return;
	fcntl(w->link.fd, F_SETFL, fcntl(w->link.fd, F_GETFL) & ~O_NONBLOCK);
	if (w->is_ended)
		return;
	MSG_NEW(&m, ADMIN_WATCH_STOP, admin_watch_stop);
	if (chan_send(&w->link, &m, &e) == -1)
		return;
	do {
		if (ask_next(&w->link, &m, &e) == -1)
			return;
		msg_close(&m);
	} while (m.type != MSG_ADMIN_END);
}

static enum status
watch(const struct invocation *in, struct watch *w, const struct msg *request,
    struct err *e)
{
	if (open_link(in, w, e) == -1 ||
	    (w->signals = screen_signals_open(false, e)) == -1 ||
	    ask_to_watch(w, request, e) == -1)
		return FAILED;
	if (chan_nonblock(w->link.fd, e) == -1 ||
	    glass_open(&w->glass, e) == -1)
		return FAILED;
	send_window(w);
	while (!w->is_over)
		turn(w);
	show_end(&w->show);
	glass_close(&w->glass);
	give_back(in, w);
	if (w->text[0] != '\0')
		err_set(e, 0, "%s", w->text);
	return w->status == 0 ? DONE : FAILED;
}

static enum status
run(const struct invocation *in, bool wants_join, struct err *e)
{
	static struct watch w; /* too much for a stack */
	enum status status;
	struct msg request;

	w = (struct watch){ .shown = -1,
		.typed = -1,
		.signals = -1,
		.link.fd = -1,
		.wants_join = wants_join };
	MSG_NEW(&request, ADMIN_WATCH, admin_watch);
	request.admin_watch.join = wants_join;
	if (parse_seat(in->words[0], &request.admin_watch, e) == -1 ||
	    glass_check(wants_join ? "join" : "watch", e) == -1)
		return USAGE;
	glass_measure(&w.glass);
	request.admin_watch.rows = w.glass.rows;
	request.admin_watch.cols = w.glass.cols;
	show_begin(&w.show, &w.glass,
	    wants_join ? KEYS_LEAVE_JOIN : KEYS_LEAVE_WATCH, w.label);
	status = watch(in, &w, &request, e);
	scope_close(&w.shown);
	scope_close(&w.typed);
	scope_close(&w.signals);
	if (in->link == -1)
		scope_close(&w.link.fd);
	return status;
}

enum status
watch_run(const struct invocation *in, struct err *e)
{
	return run(in, false, e);
}

enum status
watch_join(const struct invocation *in, struct err *e)
{
	return run(in, true, e);
}
