/*
 * auth.c - who is this?  The client says, the monitor decides.
 *
 * Nothing here is trusted: account and lab are checked by the same code on
 * both sides, the password is passed on unread, and a key counts only with a
 * signature that libssh verified.  The methods that libssh would run without
 * asking us (gssapi, certificates) are closed one by one.
 */
#include "gateway/session/transport/auth.h"

#include <stdio.h>
#include <string.h>

#include "gateway/session/session.h"
#include "gateway/session/transport/algorithms.h"
#include "gateway/session/transport/login_state.h"
#include "gateway/session/transport/registration_prompt.h"

/* An agent may hold many keys: a client may ask about each without losing a
 * try. */
#define PROBES_MAX 32

/* To a connection; RFC 4252, section 5.4. */
static void
send_banner(struct session *s, const char *text)
{
	ssh_string banner = ssh_string_from_char(text);

	if (banner != NULL)
		ssh_send_issue_banner(s->ssh, banner);
	ssh_string_free(banner);
}

/* What cannot be a name is passed on as an empty account, so that the monitor's
 * answer takes as long as any other.  What is wrong with such a name is told
 * once, and does not tell whether an account has it. */
static void
split(struct session *s, const char *user, char account[NAME_SIZE],
    char lab[NAME_SIZE])
{
	if (name_read_login(user, account, lab) || s->login.was_told_names)
		return;
	s->login.was_told_names = true;
	send_banner(s,
	    "That cannot be a name here: it is up to 32 of a-z 0-9 _ . - and"
	    " begins with a letter, a digit or _; to go to a lab at once,"
	    " NAME+LAB.\r\n");
}

/* The monitor has said who it is and where it goes.  What libssh is to hear: a
 * yes for nobody else. */
static int
accept_login(struct session *s, const char *method)
{
	char client[LOG_VALUE_SIZE];

	login_step(s, LOGIN_DONE);
	memcpy(s->login.account, s->login.given_account, NAME_SIZE);
	memcpy(s->login.lab, s->login.given_lab, NAME_SIZE);
	session_log(s, LOG_INFO, "login method=%s client=%s", method,
	    log_value(client, ssh_get_clientbanner(s->ssh)));
	return login_is_done(s) ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
}

static int
count_failure(struct session *s)
{
	if (++s->login.failures >= s->plan->auth_tries)
		session_end(s, EXIT_TRIES,
		    "too many failed logins; check name and password, and"
		    " connect again");
	return SSH_AUTH_DENIED;
}

/*
 * With the first request, because OpenSSH takes a banner before its service was
 * accepted for an error.  A line ends with CR and LF there.
 */
static void
show_banner(struct session *s)
{
	const char *from = s->plan->banner;
	char text[2 * LINE_SIZE];
	size_t at = 0;

	if (s->login.saw_banner || from == NULL || from[0] == '\0')
		return;
	s->login.saw_banner = true;
	for (; *from != '\0'; from++) {
		if (*from == '\n')
			text[at++] = '\r';
		text[at++] = *from;
	}
	if (text[at - 1] != '\n')
		at += strlen(strcpy(text + at, "\r\n"));
	text[at] = '\0';
	send_banner(s, text);
}

/* Is there anything to decide?  Also notes that a request came through, and
 * that it is not the answer to a prompt. */
static bool
may_try(struct session *s)
{
	s->login.was_heard = true;
	show_banner(s);
	if (s->login.state == LOGIN_PROMPTED ||
	    s->login.state == LOGIN_REGISTERING)
		login_step(s, LOGIN_IDLE);
	return !login_is_done(s) && s->stage != STAGE_ENDING;
}

static int
on_none(ssh_session ssh, const char *user, void *data)
{
	struct session *s = data;
	struct msg m;

	(void)ssh;
	if (!may_try(s))
		return SSH_AUTH_DENIED;
	if (s->login.said_none)
		return count_failure(s);
	s->login.said_none = true; /* how clients ask for the methods */
	MSG_NEW(&m, LOGIN_NONE, login_none);
	split(s, user, m.login_none.account, m.login_none.lab);
	if (!login_ask(s, &m))
		return SSH_AUTH_DENIED;
	return accept_login(s, "none");
}

static int
try_password(struct session *s, const char account[NAME_SIZE],
    const char lab[NAME_SIZE], const char *password, const char *method)
{
	struct msg m;
	bool allow;

	MSG_NEW(&m, LOGIN_PASSWORD, login_password);
	memcpy(m.login_password.account, account, NAME_SIZE);
	memcpy(m.login_password.lab, lab, NAME_SIZE);
	if (strlen(password) >= sizeof(m.login_password.password))
		return count_failure(s);
	strcpy(m.login_password.password, password);
	allow = login_ask(s, &m);
	explicit_bzero(m.login_password.password,
	    sizeof(m.login_password.password));
	if (!allow)
		return count_failure(s);
	return accept_login(s, method);
}

static int
on_password(ssh_session ssh, const char *user, const char *password, void *data)
{
	struct session *s = data;
	char account[NAME_SIZE], lab[NAME_SIZE];

	(void)ssh;
	if (!may_try(s))
		return SSH_AUTH_DENIED;
	split(s, user, account, lab);
	return try_password(s, account, lab, password, "password");
}

/* --- keyboard-interactive ------------------------------------------------ */

/* why is NULL, or what was wrong with the answers before. */
static bool
prompt_newcomer(struct session *s, ssh_message m, const char *why)
{
	if (!register_prompt(s, m, why))
		return false;
	login_step(s, LOGIN_REGISTERING);
	return true;
}

/* One and the same prompt for everybody: it must not tell which accounts have a
 * password. */
static bool
prompt(struct session *s, ssh_message m)
{
	const char *prompts[] = { "Password: " };
	char echo[] = { 0 };

	if (!may_try(s))
		return false;
	if (register_is_asked(s, ssh_message_auth_user(m)))
		return prompt_newcomer(s, m, NULL);
	split(s, ssh_message_auth_user(m), s->login.prompted_account,
	    s->login.prompted_lab);
	if (ssh_message_auth_interactive_request(m, "", "", 1, prompts, echo) !=
	    SSH_OK)
		return false;
	login_step(s, LOGIN_PROMPTED);
	return true;
}

/* A newcomer's answers; wrong ones are asked for again, with the reason. */
static bool
take_newcomer(struct session *s, ssh_message m)
{
	char why[TEXT_SIZE];

	if (register_take(s, why)) {
		if (accept_login(s, "registration") != SSH_AUTH_SUCCESS)
			return false;
		ssh_message_auth_reply_success(m, 0);
		return true;
	}
	count_failure(s);
	if (s->stage == STAGE_ENDING)
		return false;
	return prompt_newcomer(s, m, why);
}

/* libssh passes on answers that nobody asked for, and any number of them. */
static bool
take_answers(struct session *s, ssh_message m)
{
	enum login_state was = s->login.state;
	const char *password;

	if (!may_try(s))
		return false;
	if (was == LOGIN_REGISTERING)
		return take_newcomer(s, m);
	password = ssh_userauth_kbdint_getanswer(s->ssh, 0);
	if (was != LOGIN_PROMPTED || password == NULL ||
	    ssh_userauth_kbdint_getnanswers(s->ssh) != 1) {
		count_failure(s);
		return false;
	}
	if (try_password(s, s->login.prompted_account, s->login.prompted_lab,
		password, "keyboard-interactive") != SSH_AUTH_SUCCESS)
		return false;
	ssh_message_auth_reply_success(m, 0);
	return true;
}

bool
auth_interactive(struct session *s, ssh_message m)
{
	return ssh_message_auth_kbdint_is_response(m) ? take_answers(s, m)
						      : prompt(s, m);
}

/* --- keys ---------------------------------------------------------------- */

/* "type base64", as in an authorized_keys file.  False for a key that may not
 * log in, whoever owns it. */
static bool
describe_key(ssh_key key, char line[LINE_SIZE])
{
	enum ssh_keytypes_e type = ssh_key_type(key);
	char *base64 = NULL;
	bool fits;
	int n;

	if (ssh_pki_export_pubkey_base64(key, &base64) != SSH_OK)
		return false;
	fits = may_log_in_with(type, base64);
	if (fits) {
		n = snprintf(line, LINE_SIZE, "%s %s",
		    ssh_key_type_to_char(type), base64);
		fits = n > 0 && n < LINE_SIZE;
	}
	ssh_string_free_char(base64);
	return fits;
}

static int
deny_key(struct session *s, bool is_signed)
{
	if (is_signed || ++s->login.probes >= PROBES_MAX)
		return count_failure(s);
	return SSH_AUTH_DENIED;
}

static int
on_key(ssh_session ssh, const char *user, struct ssh_key_struct *key,
    char signature, void *data)
{
	struct session *s = data;
	bool is_signed = signature == SSH_PUBLICKEY_STATE_VALID;
	char line[LINE_SIZE];
	struct msg m;

	(void)ssh;
	if (!may_try(s))
		return SSH_AUTH_DENIED;
	MSG_NEW(&m, LOGIN_KEY, login_key);
	split(s, user, m.login_key.account, m.login_key.lab);
	m.login_key.signed_by_client = is_signed;
	m.login_key.key = line;
	if ((!is_signed && signature != SSH_PUBLICKEY_STATE_NONE) ||
	    !describe_key(key, line) || !login_ask(s, &m))
		return deny_key(s, is_signed);
	if (is_signed)
		return accept_login(s, ssh_key_type_to_char(ssh_key_type(key)));
	login_step(s, LOGIN_IDLE); /* it may sign: the next request */
	return SSH_AUTH_SUCCESS;
}

/* Without this libssh runs GSSAPI by itself, which opens /etc/krb5.keytab. */
static ssh_string
on_gssapi(ssh_session ssh, const char *user, int count, ssh_string *oids,
    void *data)
{
	(void)ssh;
	(void)user;
	(void)count;
	(void)oids;
	may_try(data);
	count_failure(data);
	return NULL;
}

/* RFC 4253 section 10: a request for an unknown service ends the connection. */
static int
on_service(ssh_session ssh, const char *service, void *data)
{
	struct session *s = data;

	if (strcmp(service, "ssh-userauth") == 0)
		return 0;
	session_end(s, EXIT_PROTOCOL, AUTH_NO_SERVICE);
	ssh_session_set_disconnect_message(ssh, s->last_words);
	return 1; /* libssh disconnects now */
}

void
auth_init(struct session *s, struct ssh_server_callbacks_struct *cb)
{
	cb->service_request_function = on_service;
	cb->auth_none_function = on_none;
	cb->auth_password_function = on_password;
	cb->auth_pubkey_function = on_key;
	cb->gssapi_select_oid_function = on_gssapi;
	ssh_set_auth_methods(s->ssh, SSH_AUTH_METHOD_PASSWORD |
					 SSH_AUTH_METHOD_PUBLICKEY |
					 SSH_AUTH_METHOD_INTERACTIVE);
}

void
auth_unheard(struct session *s, bool is_probe)
{
	if (may_try(s))
		deny_key(s, !is_probe);
}
