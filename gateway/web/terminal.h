/*
 * terminal.h - students' terminals that are open in browsers.	Process: web.
 *
 * Each has a link to its own fork of atoll-browser, which is its SSH client, and a socket
 * for its bytes.  What is shown is kept until the page says that it has it; what is typed
 * is passed on, and kept nowhere.  A terminal that no page has been at for TERMINAL_MS is
 * let go of: to the gateway that is a connection that was lost, and the lab decides what
 * becomes of the student's shell.
 */
#ifndef ATOLL_WEB_TERMINAL_H
#define ATOLL_WEB_TERMINAL_H

#include <stdbool.h>
#include <sys/queue.h>

#include "gateway/web/cookie.h"
#include "gateway/web/shown.h"
#include "gateway/wire/chan.h"

#define TERMINALS_MAX 1024
#define TERMINALS_LOGIN                                                        \
	256 /* that are not logged in: for one more the oldest ends */
#define TERMINAL_MS 60000
#define PROMPTS_MAX 8

/* It logs in, and waits for the gateway; for its student's answers; the shell runs; it is
 * over, and kept until its page was told why. */
enum terminal_state { TERM_LOGIN, TERM_ASKING, TERM_OPEN, TERM_OVER };

struct prompt {
	char text[TEXT_SIZE];
	bool is_seen; /* while it is typed */
};

struct terminal_stream;

struct terminal {
	TAILQ_ENTRY(terminal) next;
	struct terminals *of;
	uint32_t number;
	struct cookie_hash cookie; /* of its browser, which may have several */
	char origin[TEXT_SIZE];
	enum terminal_state state;
	uint64_t version; /* of what follows; a page may know an older one */
	char *text; /* what is to be shown before the prompts; owned, or NULL */
	unsigned prompts, prompts_due;
	struct prompt prompt[PROMPTS_MAX];
	char why[TEXT_SIZE]; /* it is over */
	struct chan link;    /* -1 when it is over */
	int bytes;	     /* likewise */
	bool is_watched;     /* bytes is in the epoll: there is room for more */
	struct shown shown;
	unsigned rows, cols;		/* as atoll-browser knows them */
	uint64_t page;			/* that is at it; 0: none was yet */
	uint64_t typed;			/* its bytes that were passed on */
	struct terminal_stream *stream; /* the page's; NULL: there is none */
	int64_t left_ms;		/* since then */
};

TAILQ_HEAD(terminal_list, terminal);

struct terminals {
	int epoll;		  /* owned */
	struct terminal_list all; /* the oldest first */
	unsigned count;
	uint32_t last_number;
};

int terminals_begin(struct terminals *all, struct err *e);

/* Of TERMINAL_OPENED, whose descriptors are closed when it returns NULL.  The cookie is
 * that of its browser. */
struct terminal *terminals_add(struct terminals *all, struct msg *opened,
    const char *origin, const struct cookie_hash *cookie);

bool terminals_are_full(const struct terminals *all);

/* Does that cookie open any?  And that of a number: NULL, there is none. */
bool terminals_know(const struct terminals *all, const char *cookie);
struct terminal *terminals_find(const struct terminals *all, const char *cookie,
    uint32_t number);

/* What is done there.  false: it cannot be now. */
bool terminal_login(struct terminal *t, const char *name, unsigned rows,
    unsigned cols);
/* One line for each prompt; false: they are not so many.  The text is cleared. */
bool terminal_answer(struct terminal *t, char *lines);
void terminal_resize(struct terminal *t, unsigned rows, unsigned cols);
/* That page is at it now.  What another types is numbered from 0 anew. */
void terminal_take_page(struct terminal *t, uint64_t page);
/* So many of these bytes as can be, of which the first has that number: those that were
 * passed on before are not once more.  false: bytes before it are missing. */
bool terminal_type(struct terminal *t, uint64_t number, const char *bytes,
    size_t size);
/* The page has all that was shown before that. */
bool terminal_seen(struct terminal *t, uint64_t number);

/* The gateway sees a connection that was lost. */
void terminal_end(struct terminal *t, const char *why);

/* all->epoll is readable. */
void terminals_serve(struct terminals *all);

/* After everything else of a turn: milliseconds until there is something to do, -1:
 * none. */
int terminals_turn(struct terminals *all);

#endif
