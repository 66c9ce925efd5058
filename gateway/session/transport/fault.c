/* fault.c - what a client did wrong, in libssh's words, for the log. */
#include "gateway/session/transport/fault.h"

#include <libssh/libssh.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/session/session.h"

/* libssh's texts for ends that are no fault of the client's. */
#define SOCKET_ENDED "Socket error"
#define SAID_GOODBYE "Received SSH_MSG_DISCONNECT: "

#define BY_APPLICATION 11 /* RFC 4253, section 11.1 */

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

void
fault_note(struct session *s, const char *text)
{
	if (s->first_fault[0] != '\0')
		return;
	/* What we send after a client's goodbye fails, with a text of its own. */
	if (begins(text, SAID_GOODBYE) ||
	    (s->stage == STAGE_KEX && !begins(text, SOCKET_ENDED)))
		text_copy(s->first_fault, TEXT_SIZE, text);
}

enum session_exit
fault_log(struct session *s, enum session_exit otherwise)
{
	const char *text = ssh_get_error(s->ssh);
	char shown[LOG_VALUE_SIZE];

	if (s->first_fault[0] != '\0' &&
	    (s->stage == STAGE_KEX || begins(s->first_fault, SAID_GOODBYE)))
		text = s->first_fault;
	if (ssh_get_error_code(s->ssh) != SSH_FATAL || text == NULL ||
	    text[0] == '\0' || begins(text, SOCKET_ENDED))
		return EXIT_LEFT;
	if (begins(text, SAID_GOODBYE)) {
		text += strlen(SAID_GOODBYE);
		if (atoi(text) != BY_APPLICATION)
			session_log(s, LOG_INFO, "client disconnects why=%s",
			    log_value(shown, text));
		return EXIT_LEFT;
	}
	session_log(s, LOG_WARN, "protocol error what=%s",
	    log_value(shown, text));
	return otherwise;
}
