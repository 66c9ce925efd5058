/* session_end.c - why a session process ended. */
#include "gateway/monitor/links/session_end.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "gateway/base/log.h"
#include "gateway/wire/exits.h"

static const char *
exit_text(int status)
{
	static const char *const texts[EXIT_COUNT] = {
#define X(name, text) [EXIT_##name] = text,
		SESSION_EXITS(X)
#undef X
	};

	return status < EXIT_COUNT ? texts[status] : "unknown exit status";
}

void
session_end_log(const struct msg_session_end *end)
{
	int status = (int)end->status;
	struct log_tag tag;

	snprintf(tag.text, sizeof(tag.text), "conn=%u", end->connection);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_error(&tag, "session made a forbidden system call");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
		log_warn(&tag, "session used too much processor time");
	else if (WIFSIGNALED(status) && end->overdue != 0)
		log_warn(&tag, "session did not end and was killed");
	else if (WIFSIGNALED(status))
		log_error(&tag, "session was killed by signal %d",
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) == EXIT_JAIL)
		/* A full pool of compiled filters looks like this, and nobody
		 * logs in until there is room. */
		log_error(&tag,
		    "session could not jail itself: see \"compiled filters\""
		    " of atoll check-host");
	else
		log_debug(&tag, "session ended reason=%s",
		    exit_text(WEXITSTATUS(status)));
}
