/* terminal.c - students' terminals that are open in browsers. */
#include "gateway/web/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"

#define EVENTS_MAX 64
#define LOST	   "the gateway's program for this has ended: log in again"

/* --- states ------------------------------------------------------------------- */

#define TO(state) (1u << (state))
static const unsigned steps[] = {
	[TERM_LOGIN] = TO(TERM_ASKING) | TO(TERM_OPEN) | TO(TERM_OVER),
	[TERM_ASKING] =
	    TO(TERM_ASKING) | TO(TERM_LOGIN) | TO(TERM_OPEN) | TO(TERM_OVER),
	[TERM_OPEN] = TO(TERM_OVER),
	[TERM_OVER] = 0,
};

/* The page is told of each.  false: that is no step from here. */
static bool
go_to(struct terminal *t, enum terminal_state state)
{
	if ((steps[t->state] & TO(state)) == 0)
		return false;
	t->state = state;
	t->version++;
	return true;
}

/* --- the list ----------------------------------------------------------------- */

static int
watch(struct terminal *t, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = t };

	return epoll_ctl(t->of->epoll, EPOLL_CTL_ADD, fd, &event);
}

int
terminals_begin(struct terminals *all, struct err *e)
{
	*all = (struct terminals){ 0 };
	TAILQ_INIT(&all->all);
	all->epoll = epoll_create1(EPOLL_CLOEXEC);
	return all->epoll == -1 ? err_set(e, errno, "epoll") : 0;
}

bool
terminals_are_full(const struct terminals *all)
{
	return all->count >= TERMINALS_MAX;
}

static bool
is_at_login(const struct terminal *t)
{
	return t->state == TERM_LOGIN || t->state == TERM_ASKING;
}

static void
make_place(const struct terminals *all)
{
	struct terminal *t, *oldest = NULL;
	unsigned n = 0;

	TAILQ_FOREACH_REVERSE(t, &all->all, terminal_list, next) {
		if (is_at_login(t)) {
			oldest = t;
			n++;
		}
	}
	if (n >= TERMINALS_LOGIN)
		terminal_end(oldest, "too many log in at once: try again");
}

struct terminal *
terminals_add(struct terminals *all, struct msg *opened, const char *origin,
    const struct cookie_hash *cookie)
{
	CLOSES int link = take_fd(&opened->fd[0]);
	CLOSES int bytes = take_fd(&opened->fd[1]);
	struct terminal *t;

	make_place(all);
	if (terminals_are_full(all))
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->of = all;
	t->number = ++all->last_number;
	t->cookie = *cookie;
	t->link = (struct chan){ take_fd(&link), WEB, BROWSER };
	t->bytes = take_fd(&bytes);
	t->left_ms = clock_ms();
	text_copy(t->origin, TEXT_SIZE, origin);
	TAILQ_INSERT_TAIL(&all->all, t, next);
	all->count++;
	if (watch(t, t->link.fd) == -1)
		terminal_end(t, "this host is out of resources");
	return t;
}

bool
terminals_know(const struct terminals *all, const char *cookie)
{
	const struct terminal *t;
	struct cookie_hash hash;
	bool found = false;

	if (!cookie_hash(cookie, &hash))
		return false;
	TAILQ_FOREACH(t, &all->all, next)
		found |= cookie_is_same(&t->cookie, &hash);
	return found;
}

struct terminal *
terminals_find(const struct terminals *all, const char *cookie, uint32_t number)
{
	struct terminal *t;
	struct cookie_hash hash;

	if (!cookie_hash(cookie, &hash))
		return NULL;
	TAILQ_FOREACH(t, &all->all, next) {
		if (t->number == number && cookie_is_same(&t->cookie, &hash))
			break;
	}
	return t;
}

static void
terminal_free(struct terminal *t)
{
	TAILQ_REMOVE(&t->of->all, t, next);
	t->of->count--;
	shown_free(&t->shown);
	free(t->text);
	free(t);
}

/* --- its end ------------------------------------------------------------------ */

static void
close_bytes(struct terminal *t)
{
	scope_close(&t->bytes);
	t->is_watched = false;
}

void
terminal_end(struct terminal *t, const char *why)
{
	if (!go_to(t, TERM_OVER))
		return;
	text_copy(t->why, TEXT_SIZE, why);
	scope_close(&t->link.fd);
	close_bytes(t);
}

/* --- what is done there ------------------------------------------------------- */

static bool
tell(struct terminal *t, const struct msg *m)
{
	struct err e;

	if (t->link.fd == -1)
		return false;
	if (chan_send(&t->link, m, &e) == 0)
		return true;
	terminal_end(t, LOST);
	return false;
}

bool
terminal_login(struct terminal *t, const char *name, unsigned rows,
    unsigned cols)
{
	struct msg m;

	t->rows = rows;
	t->cols = cols;
	MSG_NEW(&m, BROWSER_LOGIN, browser_login);
	text_copy(m.browser_login.name, TEXT_SIZE, name);
	m.browser_login.rows = rows;
	m.browser_login.cols = cols;
	return tell(t, &m);
}

void
terminal_resize(struct terminal *t, unsigned rows, unsigned cols)
{
	struct msg m;

	/* Each request says it, and a link holds so many messages. */
	if (t->rows == rows && t->cols == cols)
		return;
	t->rows = rows;
	t->cols = cols;
	MSG_NEW(&m, BROWSER_SIZE, browser_size);
	m.browser_size.rows = rows;
	m.browser_size.cols = cols;
	tell(t, &m);
}

static void
forget_question(struct terminal *t)
{
	free(t->text);
	t->text = NULL;
	t->prompts = t->prompts_due = 0;
}

static unsigned
count_lines(const char *lines)
{
	unsigned n = 1;

	for (; *lines != '\0'; lines++)
		n += *lines == '\n';
	return n;
}

bool
terminal_answer(struct terminal *t, char *lines)
{
	size_t size = strlen(lines);
	bool is_well = t->state == TERM_ASKING && t->prompts > 0 &&
		       t->prompts_due == 0 && count_lines(lines) == t->prompts;
	char *line = lines;
	struct msg m;

	for (unsigned i = 0; is_well && i < t->prompts; i++) {
		char *next = strchr(line, '\n');

		if (next != NULL)
			*next = '\0';
		MSG_NEW(&m, BROWSER_ANSWER, browser_answer);
		text_copy(m.browser_answer.text, SECRET_SIZE, line);
		is_well = tell(t, &m);
		explicit_bzero(&m, sizeof(m));
		line = next == NULL ? line : next + 1;
	}
	explicit_bzero(lines, size);
	if (!is_well)
		return false;
	forget_question(t);
	go_to(t, TERM_LOGIN);
	return true;
}

void
terminal_take_page(struct terminal *t, uint64_t page)
{
	if (t->page == page)
		return;
	t->page = page;
	t->typed = 0;
}

bool
terminal_type(struct terminal *t, uint64_t number, const char *bytes,
    size_t size)
{
	uint64_t known = t->typed - number;
	ssize_t n;

	if (number > t->typed || t->state != TERM_OPEN)
		return false;
	if (known >= size)
		return true;
	n = send(t->bytes, bytes + known, size - (size_t)known,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		t->typed += (uint64_t)n;
	return true;
}

/* --- what is said and shown ----------------------------------------------------- */

static void
look_at_room(struct terminal *t)
{
	size_t room;

	if (t->bytes == -1)
		return;
	shown_room(&t->shown, &room);
	if (room > 0 && !t->is_watched)
		t->is_watched = watch(t, t->bytes) == 0;
	else if (room == 0 && t->is_watched) {
		epoll_ctl(t->of->epoll, EPOLL_CTL_DEL, t->bytes, NULL);
		t->is_watched = false;
	}
}

bool
terminal_seen(struct terminal *t, uint64_t number)
{
	if (!shown_take_seen(&t->shown, number))
		return false;
	look_at_room(t);
	return true;
}

/* What comes before its prompts are answered stands below what came before. */
static void
take_question(struct terminal *t, const struct msg_browser_ask *asked)
{
	const char *old = t->text == NULL || t->prompts > 0 ? "" : t->text;
	size_t size = strlen(old) + strlen(asked->text) + 2;
	char *text = size < 2 * LINE_SIZE ? malloc(size) : NULL;

	if (text == NULL || asked->prompts > PROMPTS_MAX) {
		free(text);
		terminal_end(t, "the gateway asks too much");
		return;
	}
	text_copy(text, size, old);
	if (old[0] != '\0')
		strcat(text, "\n");
	strcat(text, asked->text);
	forget_question(t);
	t->text = text;
	t->prompts = t->prompts_due = asked->prompts;
	go_to(t, TERM_ASKING);
}

static void
take_prompt(struct terminal *t, const struct msg_browser_prompt *asked)
{
	struct prompt *p;

	if (t->state != TERM_ASKING || t->prompts_due == 0)
		return;
	p = &t->prompt[t->prompts - t->prompts_due--];
	text_copy(p->text, TEXT_SIZE, asked->text);
	p->is_seen = asked->echo != 0;
	t->version++;
}

static void
on_started(struct terminal *t)
{
	forget_question(t);
	if (!go_to(t, TERM_OPEN))
		return;
	if (shown_begin(&t->shown) == -1)
		terminal_end(t, "this host is out of resources");
	look_at_room(t);
}

/* The socket is at its end then: all that was shown comes before why it is over. */
static void
on_over(struct terminal *t, const char *why)
{
	text_copy(t->why, TEXT_SIZE, why);
	scope_close(&t->link.fd);
	if (t->shown.ring == NULL)
		terminal_end(t, why);
}

/* False: there is nothing more now. */
static bool
read_link(struct terminal *t)
{
	struct err e;
	struct msg m;

	if (t->link.fd == -1)
		return false;
	switch (chan_recv(&t->link, &m, &e)) {
	case CHAN_MESSAGE:
		break;
	case CHAN_EMPTY:
		return false;
	default:
		on_over(t, LOST);
		return false;
	}
	if (m.type == MSG_BROWSER_ASK)
		take_question(t, &m.browser_ask);
	else if (m.type == MSG_BROWSER_PROMPT)
		take_prompt(t, &m.browser_prompt);
	else if (m.type == MSG_BROWSER_STARTED)
		on_started(t);
	else if (m.type == MSG_BROWSER_OVER)
		on_over(t, m.browser_over.why);
	msg_close(&m);
	return true;
}

/* At the end of all that was shown it was said why. */
static void
on_end(struct terminal *t)
{
	while (read_link(t))
		continue;
	terminal_end(t, t->why[0] == '\0' ? LOST : t->why);
}

static void
read_bytes(struct terminal *t)
{
	size_t room;
	char *to = shown_room(&t->shown, &room);
	ssize_t n;

	if (t->bytes == -1 || room == 0)
		return;
	n = recv(t->bytes, to, room, MSG_DONTWAIT);
	if (n > 0)
		shown_add(&t->shown, (size_t)n);
	else if (n == 0 || errno != EAGAIN)
		on_end(t);
	look_at_room(t);
}

void
terminals_serve(struct terminals *all)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(all->epoll, events, EVENTS_MAX, 0);

	for (int i = 0; i < n; i++) {
		read_link(events[i].data.ptr);
		read_bytes(events[i].data.ptr);
	}
}

/* --- the loop's part ------------------------------------------------------------ */

int
terminals_turn(struct terminals *all)
{
	int64_t now = clock_ms();
	struct terminal *t, *after;
	int64_t ms = -1;

	for (t = TAILQ_FIRST(&all->all); t != NULL; t = after) {
		int64_t left = t->left_ms + TERMINAL_MS - now;

		after = TAILQ_NEXT(t, next);
		if (t->stream != NULL)
			continue;
		if (left <= 0) {
			terminal_end(t, "no page was at this terminal");
			terminal_free(t);
		} else if (ms == -1 || left < ms) {
			ms = left;
		}
	}
	return (int)ms;
}
