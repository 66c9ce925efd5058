/*
 * channel.h - one SSH channel: what the client asked for, what runs on it or is
 * at its other end, and its orderly end.
 *
 * A channel is made by channel_add() and freed by channel_sweep() of
 * channel_end.h, and nowhere else.
 */
#ifndef ATOLL_SESSION_TERMINAL_CHANNEL_H
#define ATOLL_SESSION_TERMINAL_CHANNEL_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/base/terminal_due.h"
#include "gateway/base/terminal_ring.h"
#include "gateway/session/terminal/fullscreen.h"
#include "gateway/session/terminal/modes.h"
#include "gateway/session/terminal/note.h"
#include "gateway/session/terminal/overlay.h"
#include "gateway/session/terminal/staged.h"
#include "gateway/session/terminal/tap.h"
#include "gateway/wire/msg.h"

#define SESSIONS_MAX 32 /* channels that run something */
#define FORWARDS_MAX 64 /* channels that forward a socket */
#define CHANNELS_MAX (SESSIONS_MAX + FORWARDS_MAX)
#define ENV_MAX	     48 /* of STRINGS_MAX, with those that we add */

/* The smallest packet that a client may ask us for.  RFC 4253 wants 32768 of
 * everybody; libssh 0.10 writes for ever when it is 10, and a byte at a time
 * when it is 11. */
#define PACKET_MIN	  256
#define PACKETS_TOO_SMALL "your client asks for packets that are too small"

struct session;

/*
 * The life of a channel in order; some steps are skipped.  It is new until the
 * client asks for a process, waits for the seat (perhaps with a menu), perhaps
 * until other connections were probed (others.h), waits for init, runs, and ends:
 * what is left goes out, then the status and our close.  It waits for init again
 * when its student goes to another terminal.  Closed, it waits for the client's
 * close.  One that forwards a socket runs from the start, or is opening until the
 * client agreed to it.
 */
enum channel_state {
	CHANNEL_NEW,
	CHANNEL_ASKED,
	CHANNEL_MENU,
	CHANNEL_PROBING,
	CHANNEL_SPAWNING,
	CHANNEL_OPENING,
	CHANNEL_RUNNING,
	CHANNEL_ENDING,
	CHANNEL_CLOSED,
	CHANNEL_STATES,
};

/* Bytes that could not go on yet. */
struct tail {
	char *data; /* owned; NULL when empty */
	size_t at, length;
};

/* One way out of the sandbox: a descriptor and what was read from it. */
struct stream {
	int fd; /* owned; -1 at its end */
	bool is_stderr;
	struct tail tail;
};

/* What the client wants to run, and where. */
struct run_request {
	enum spawn_kind kind;
	bool pty;
	bool agent;    /* the client would lend its own */
	bool is_staff; /* the command is of staff's, see staff.h */
	bool is_typed; /* at the menu, to which it returns */
	uint32_t rows, cols, width, height;
	char term[64];
	struct modes modes; /* of the terminal */
	char *env[ENV_MAX]; /* owned "NAME=value" */
	unsigned env_count;
	size_t env_bytes;    /* of all, each with its NUL */
	char *command;	     /* owned; NULL for a shell or sftp */
	const char *refusal; /* why it is not run, for the student; or NULL */
	uint32_t signals;    /* bit n: signal n, as soon as it runs */
};

/* How it ended: signal is 0 or a number. */
struct ending {
	bool known;
	uint32_t status, signal, dumped;
	int64_t at_ms;
};

struct channel {
	TAILQ_ENTRY(channel) next;
	struct session *session;
	ssh_channel ssh;
	struct ssh_channel_callbacks_struct callbacks;
	enum channel_state state;
	uint32_t number; /* the client's */
	bool is_counted; /* what the client sends, against our window: */
	int64_t may_come;
	bool is_wide;	   /* libssh has opened the window that is for data */
	uint32_t owed;	   /* bytes taken past libssh: the window shrank by
				 these, and grows again when they are many */
	uint32_t forwards; /* enum forwarding; 0: a session channel */
	struct run_request request;
	uint32_t serial;      /* of its SPAWN */
	int in;		      /* owned; into the sandbox, -1 when closed */
	struct tail in_tail;  /* taken from libssh, not yet written */
	uint32_t unread;      /* bytes that libssh still holds for us */
	struct stream out[2]; /* stdout or pty, stderr */
	bool has_eof;	      /* the client's */
	bool is_unread;	      /* the client takes no more stdout */
	bool is_closed;	      /* by the client */
	bool has_sent_eof;    /* of a forwarded socket; later than its end */
	int64_t quiet_since;  /* an ended pty's last byte, 0: not yet */
	bool is_probed;	      /* the others were, or need not be */
	bool is_kept;	      /* its terminal outlives the connection: */
	uint32_t terminal;    /* the number of its pty, kept or not; what
				 is asked for, while init is; 0: unknown */
	uint32_t came_from;   /* the one that it left for that; 0: none */
	struct terminal_ring ring;    /* of that; ours to write to */
	struct terminal_due due;      /* its picture */
	struct note note;	      /* over its picture */
	struct tap tap;		      /* of its terminal */
	struct fullscreen fullscreen; /* does a program have its screen, */
	struct overlay overlay;	      /* and what stands over that? */
	int joined; /* owned; where another's keys come from, -1: nobody's */
	struct staged stage; /* the room's screen, instead of its program's */
	bool is_noted; /* it was, and the program has not been told to draw */
	struct ending ending;
	unsigned closing_step;
};

enum { OUT, ERR };

/* A new channel, not known to the client yet; NULL when there may be none. */
struct channel *channel_add(struct session *s);

/* Take back a channel that was added: the client may not have it, or did not
 * want it. */
void channel_drop(struct channel *c);

/* Why there may be no session channel now; NULL when there may. */
const char *channel_obstacle(const struct session *s);

/* The only place where a channel's state changes.  A step that the table does
 * not have ends the connection. */
void channel_step(struct channel *c, enum channel_state next);

/* What the gateway's own lines begin with. */
#define CHANNEL_MARK "atoll: "

/* Would somebody read it? */
bool channel_has_listener(const struct channel *c);

/* A line of the gateway's own: on the terminal, or on stderr. */
void channel_say(struct channel *c, const char *text);
void channel_say_all(struct session *s, const char *text);

/* What is under the note is painted; none is shown then. */
void channel_end_note(struct channel *c);

/* The room's screen is shown no longer, and what was said meanwhile is. */
void channel_end_stage(struct channel *c);

/* Text as it is, onto what the student sees. */
void channel_print(struct channel *c, const char *text, size_t length);

/* Leave to others what it has of a terminal. */
void channel_let_go(struct channel *c);

/* End with a status, after a line if text is not NULL. */
void channel_fail(struct channel *c, uint32_t status, const char *text);

/* Both sides closed it: off the list, and freed. */
void channel_release(struct channel *c);

/* The client may send so many more bytes: our window grows. */
void channel_expect(struct channel *c, uint32_t window);

/* End whatever runs: the connection is over. */
void channel_end_all(struct session *s);

/* Keep bytes for later; false when there are too many already. */
bool tail_keep(struct tail *t, const char *data, size_t length);
void tail_drop(struct tail *t);

/* That of the client's number, or of libssh's; NULL when there is none. */
struct channel *channel_numbered(struct session *s, uint32_t number);
struct channel *channel_of(struct session *s, ssh_channel ssh);

#endif
