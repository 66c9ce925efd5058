/*
 * self_requests.c - what a student does with the own account, handed on to the
 * monitor.
 *
 * Passwords pass through here and are wiped.  Nothing is decided: init is of the
 * sandbox, and whoever has taken it over can ask what its student could ask.
 */
#include "sandbox/init/self_requests.h"

#include <string.h>

#include "gateway/base/name.h"

/* False: it is longer than a password can be. */
static bool
take_secret(struct lab_client *c, char to[SECRET_SIZE])
{
	const char *word = lab_client_word(c);

	if (word == NULL || strlen(word) >= SECRET_SIZE)
		return false;
	strcpy(to, word);
	return true;
}

/* False: that is no name, and so none of a machine or network. */
static bool
take_name(struct lab_client *c, char to[NAME_SIZE])
{
	const char *word = lab_client_word(c);

	if (word == NULL || !is_name(word))
		return false;
	text_copy(to, NAME_SIZE, word);
	return true;
}

/* False: the request lacks words. */
static bool
fill(struct lab_client *c, struct msg *m)
{
	switch (c->command) {
	case LAB_COMMAND_SELF_MAY:
		MSG_NEW(m, SELF_MAY, self_may);
		m->self_may.what = c->number;
		return true;
	case LAB_COMMAND_PASSWD:
		MSG_NEW(m, SELF_PASSWORD, self_password);
		return take_secret(c, m->self_password.old) &&
		       take_secret(c, m->self_password.fresh);
	case LAB_COMMAND_RESET:
		MSG_NEW(m, SELF_RESET, self_reset);
		return take_name(c, m->self_reset.machine);
	case LAB_COMMAND_LINK:
		MSG_NEW(m, SELF_LINK, self_link);
		m->self_link.is_on = c->number == 1;
		return take_name(c, m->self_link.machine) &&
		       (c->words_size == 0 ||
			   take_name(c, m->self_link.network));
	case LAB_COMMAND_KEYS:
		MSG_NEW(m, SELF_KEYS, self_keys);
		return true;
	case LAB_COMMAND_KEY_ADD:
	case LAB_COMMAND_KEY_REMOVE:
		MSG_NEW(m, SELF_KEY, self_key);
		m->self_key.removes = c->command == LAB_COMMAND_KEY_REMOVE;
		if (!take_secret(c, m->self_key.password))
			return false;
		m->self_key.key = lab_client_word(c);
		return m->self_key.key != NULL;
	default:
		MSG_NEW(m, SELF_EXPORT, self_export);
		m->fd[0] = c->passed;
		return c->passed != -1;
	}
}

void
self_requests_pass(const struct chan *monitor, struct lab_client *c)
{
	struct msg m;
	struct err e;

	if (!fill(c, &m)) {
		lab_socket_answer(c, LAB_FAILED,
		    "This is no request: is lab of another build?\n");
	} else {
		m.serial = c->serial;
		if (chan_send(monitor, &m, &e) == -1)
			lab_socket_answer(c, LAB_FAILED,
			    "The gateway is busy, try again.\n");
	}
	explicit_bzero(&m, sizeof(m));
}
