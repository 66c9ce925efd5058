/* identify.c - the line that each side begins with (RFC 4253, section 4.2). */
#include "gateway/session/transport/identify.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/session/session.h"
#include "gateway/session/transport/algorithms.h"
#include "gateway/session/transport/alive.h"
#include "gateway/session/transport/libssh_watch.h"

#define PREFIX	     "SSH-"
#define LIBSSH_MAX   127 /* the most that libssh takes, with the line's end */
#define STAND_IN     "SSH-2.0-longer_than_libssh_reads"
#define LOOK_MS	     50 /* for the rest of a line that came in pieces */
#define LEFTOVER_MAX 65536

static const char ours[] = "SSH-2.0-" IDENTIFICATION "\r\n";

/* What the client has said so far, without taking it from libssh: its length,
 * 0 when it says no more, -1 when nothing came yet. */
static ssize_t
peek(const struct session *s, char line[IDENTIFY_MAX])
{
	ssize_t n = recv(s->sock, line, IDENTIFY_MAX, MSG_PEEK | MSG_DONTWAIT);

	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	return n;
}

/* As sshd answers, in the clear: a client that speaks another protocol reads no
 * packets.  What it has sent is read first, or the kernel would drop our line
 * with it (a close with unread bytes is a reset). */
static void
refuse(struct session *s, const char *text, char *said)
{
	char shown[LOG_VALUE_SIZE], rest[1024];
	size_t left = LEFTOVER_MAX;
	ssize_t n;

	said[strcspn(said, "\r\n")] = '\0';
	session_log(s, LOG_INFO, "no SSH client said=%s",
	    log_value(shown, said));
	send(s->sock, text, strlen(text), MSG_NOSIGNAL);
	shutdown(s->sock, SHUT_WR); /* no packet of libssh's follows */
	while (left > 0 &&
	       (n = recv(s->sock, rest, sizeof(rest), MSG_DONTWAIT)) > 0)
		left -= (size_t)n < left ? (size_t)n : left;
	session_end(s, EXIT_PROTOCOL, NULL);
}

/* A whole line of so many bytes. */
static bool
judge(struct session *s, char *line, size_t length)
{
	if (strncmp(line, PREFIX "2.0-", 8) != 0 &&
	    strncmp(line, PREFIX "1.99-", 9) != 0) {
		refuse(s, "Protocol major versions differ.\r\n", line);
		return false;
	}
	if (length <= LIBSSH_MAX)
		return true;
	s->identity.to_read = length;
	memcpy(s->identity.client, line, length);
	s->identity.client[strcspn(s->identity.client, "\r\n")] = '\0';
	return true;
}

/* Enough to go on with, or to end with?  False: more has to come. */
static bool
has_said(struct session *s, bool *is_good, bool is_over)
{
	char line[IDENTIFY_MAX + 1] = { 0 };
	ssize_t n = peek(s, line);
	size_t known = n < (ssize_t)strlen(PREFIX) ? (size_t)(n > 0 ? n : 0)
						   : strlen(PREFIX);
	const char *end = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;

	*is_good = false;
	if (n == -1)
		return false;
	if (n > 0 && strncmp(line, PREFIX, known) != 0)
		refuse(s, "Invalid SSH identification string.\r\n", line);
	else if (end != NULL)
		*is_good = judge(s, line, (size_t)(end - line) + 1);
	else if (n == IDENTIFY_MAX)
		refuse(s, "Too long an SSH identification string.\r\n", line);
	else if (n == 0 || is_over)
		session_end(s, EXIT_LEFT, NULL);
	else
		return false;
	return true;
}

static bool
await_client(struct session *s)
{
	bool is_good = false, has_some = false;

	while (s->stage != STAGE_ENDING) {
		/* A line that stands there in part wakes for ever. */
		struct pollfd fds[2] = { { .fd = has_some ? -1 : s->sock,
					     .events = POLLIN },
			{ .fd = s->monitor.fd, .events = POLLIN } };
		struct pollfd end = { .fd = s->sock, .events = POLLRDHUP };
		int wait = alive_timeout(s);

		if (has_some && (wait == -1 || wait > LOOK_MS))
			wait = LOOK_MS;
		poll(fds, 2, wait);
		if (fds[1].revents != 0)
			session_read_monitor(s);
		alive_check(s);
		has_some = has_some || fds[0].revents != 0;
		if (s->stage != STAGE_ENDING && has_some &&
		    has_said(s, &is_good, poll(&end, 1, 0) == 1))
			break;
	}
	return is_good && s->stage != STAGE_ENDING;
}

bool
identify(struct session *s)
{
	if (!LIBSSH_IS_WATCHED)
		return true;
	if (send(s->sock, ours, strlen(ours), MSG_NOSIGNAL) !=
	    (ssize_t)strlen(ours)) {
		session_end(s, EXIT_LEFT, NULL);
		return false;
	}
	s->identity.is_said = true;
	return await_client(s);
}

bool
identify_was_said(struct session *s, const void *line, size_t length)
{
	if (!s->identity.is_said)
		return false;
	s->identity.is_said = false;
	return length == strlen(ours) && memcmp(line, ours, length) == 0;
}

ssize_t
identify_read(struct session *s, void *to, size_t size)
{
	static const char line[] = STAND_IN "\r\n";
	char vain[IDENTIFY_MAX];
	size_t n = s->identity.to_read;

	s->identity.to_read = 0;
	if (size < strlen(line) ||
	    recv(s->sock, vain, n, MSG_DONTWAIT) != (ssize_t)n)
		return 0; /* it stood there a moment ago */
	memcpy(to, line, strlen(line));
	return (ssize_t)strlen(line);
}

const char *
identify_restore(const struct session *s, const char *text)
{
	return s->identity.client[0] != '\0' && strcmp(text, STAND_IN) == 0
		   ? s->identity.client
		   : NULL;
}
