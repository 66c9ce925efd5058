/* browser.c - students who log in with a browser. */
#include "gateway/monitor/links/browser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/links/build.h"

#define REFUSAL_MS 10000 /* between two lines of the log */
#define FORWARDED                                                              \
	"the proxy in front does not say who you are: it is to send"           \
	" X-Forwarded-For, see atoll-terminal(7)"

struct browser {
	struct link
	    *link; /* to atoll-browser; owned, NULL while there is none */
	uint64_t refused_ms; /* of the last line about it; 0: never */
};

bool
browser_is_wanted(const struct monitor *m)
{
	return m->config->web_count > 0 && m->config->web[0].terminal != 0;
}

/* --- the process ------------------------------------------------------------ */

/* NULL without memory. */
static struct browser *
browser_of(struct monitor *m)
{
	if (m->browser == NULL)
		m->browser = calloc(1, sizeof(*m->browser));
	return m->browser;
}

static int
start_process(struct monitor *m, struct err *e)
{
	CLOSES int ours = -1;
	CLOSES int theirs = -1;

	if (browser_of(m) == NULL)
		return err_set(e, ENOMEM, "browser");
	if (m->browser->link != NULL)
		return 0;
	if (chan_link(&ours, &theirs, e) == -1 ||
	    build_program(m, JAILED_BROWSER, theirs, e) == -1)
		return -1;
	m->browser->link =
	    link_open(&m->loop, take_fd(&ours), m->routes->browser, m, e);
	if (m->browser->link == NULL)
		return -1;
	link_hello(m->browser->link);
	return 0;
}

void
browser_hello(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };

	if (link_check_hello(m->browser->link, msg, &e) == -1) {
		log_error(NULL, "atoll-browser: %s", e.text);
		link_close(m->browser->link, e.text);
	}
}

void
browser_closed(struct monitor *m, const char *why)
{
	m->browser->link = NULL;
	if (m->phase == STOPPING)
		return;
	log_error(NULL, "lost atoll-browser: %s", why);
	metrics_lost(&m->metrics, LOST_BROWSER);
}

/* --- a login ----------------------------------------------------------------- */

static void
refuse(struct monitor *m, const char *reason, struct msg *answer)
{
	uint64_t now = uv_now(&m->loop);
	struct browser *b = browser_of(m);

	MSG_NEW(answer, TERMINAL_REFUSED, terminal_refused);
	text_copy(answer->terminal_refused.reason, TEXT_SIZE, reason);
	if (b == NULL ||
	    (b->refused_ms != 0 && now - b->refused_ms < REFUSAL_MS))
		return;
	b->refused_ms = now;
	log_warn(NULL, "terminal in a browser refused reason=%s", reason);
}

/* Why there is no terminal for it, or NULL. */
static const char *
find_refusal(const struct monitor *m, const struct msg_terminal_open *ask,
    struct address *from)
{
	if (!browser_is_wanted(m))
		return "there is no terminal here: use ssh";
	if (strcmp(ask->origin, m->config->web[0].url) != 0)
		return "this page has another address than url of the option"
		       " web says";
	if (address_parse(from, ask->address, 0) == -1)
		return FORWARDED;
	return NULL;
}

/* What is sent to both; each end is owned. */
struct ends {
	int ssh[2], link[2], bytes[2];
};

static void
close_ends(struct ends *x)
{
	for (int i = 0; i < 2; i++) {
		scope_close(&x->ssh[i]);
		scope_close(&x->link[i]);
		scope_close(&x->bytes[i]);
	}
}

static int
make_ends(struct ends *x, struct err *e)
{
	int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

	if (socketpair(AF_UNIX, type, 0, x->ssh) == -1 ||
	    socketpair(AF_UNIX, type, 0, x->bytes) == -1)
		return err_set(e, errno, "sockets of a terminal");
	if (chan_pair(x->link, e) == -1 || chan_nonblock(x->link[0], e) == -1)
		return -1;
	return 0;
}

/* The client is there before the door opens: what it is refused with finds a reader. */
static int
open_terminal(struct monitor *m, const struct address *from, struct ends *x,
    struct msg *answer, struct err *e)
{
	struct msg start;

	if (start_process(m, e) == -1 || make_ends(x, e) == -1)
		return -1;
	MSG_NEW(&start, BROWSER_START, browser_start);
	start.fd[0] = x->ssh[1];
	start.fd[1] = x->link[1];
	start.fd[2] = x->bytes[1];
	if (link_pass(m->browser->link, &start, e) == -1)
		return -1;
	admission_admit(m, take_fd(&x->ssh[0]), from);
	MSG_NEW(answer, TERMINAL_OPENED, terminal_opened);
	answer->fd[0] = take_fd(&x->link[0]);
	answer->fd[1] = take_fd(&x->bytes[0]);
	answer->terminal_opened.is_secure =
	    strncmp(m->config->web[0].url, "https:", 6) == 0;
	return 0;
}

void
browser_open(struct monitor *m, const struct msg_terminal_open *ask,
    struct msg *answer)
{
	struct ends x = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	struct address from;
	const char *why = find_refusal(m, ask, &from);
	struct err e = { 0 };

	if (why == NULL && open_terminal(m, &from, &x, answer, &e) == -1) {
		log_error(NULL, "cannot open a terminal: %s", e.text);
		why = "this host is out of resources; try again in a minute";
	}
	close_ends(&x);
	if (why != NULL)
		refuse(m, why, answer);
	else
		log_info(NULL, "terminal in a browser address=%s", from.text);
}

/* --- its end ---------------------------------------------------------------- */

void
browser_close(struct monitor *m)
{
	if (m->browser != NULL && m->browser->link != NULL)
		link_close(m->browser->link, "stopping");
}

void
browser_free(struct monitor *m)
{
	free(m->browser);
	m->browser = NULL;
}
