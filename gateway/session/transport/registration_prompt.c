/* registration_prompt.c - asks a student for the account to be made. */
#include "gateway/session/transport/registration_prompt.h"

#include <stdio.h>
#include <string.h>

#include "gateway/session/session.h"
#include "gateway/session/transport/login_state.h"

enum answer { NAME, PASSWORD, AGAIN, CODE, ANSWERS };

bool
register_is_asked(const struct session *s, const char *user)
{
	char account[NAME_SIZE], lab[NAME_SIZE];

	return s->plan->registration[0] != '\0' &&
	       name_read_login(user, account, lab) && lab[0] == '\0' &&
	       strcmp(account, s->plan->registration) == 0;
}

static unsigned
question_count(const struct session *s)
{
	return s->plan->needs_code ? ANSWERS : CODE;
}

/* A name, a password twice and a code take longer than a password. */
static void
give_time(struct session *s)
{
	if (s->login.has_more_time)
		return;
	s->login.has_more_time = true;
	s->alive.grace_ends +=
	    (int64_t)s->plan->login_grace * 1000 * (NEWCOMER_TIMES - 1);
}

bool
register_prompt(struct session *s, ssh_message m, const char *why)
{
	const char *prompts[ANSWERS] = {
		[NAME] = "Name of your account: ",
		[PASSWORD] = "Password: ",
		[AGAIN] = "The same password again: ",
		[CODE] = "Code of this event: ",
	};
	char echo[ANSWERS] = { [NAME] = 1, [CODE] = 1 };
	char text[TEXT_SIZE + 64];

	give_time(s);
	if (why == NULL)
		snprintf(text, sizeof(text),
		    "Make yourself an account. A name is up to 32 of"
		    " a-z 0-9 _ . -, a password at least 8 characters.");
	else
		snprintf(text, sizeof(text), "No: %s. Please try again.", why);
	return ssh_message_auth_interactive_request(m, "", text,
		   question_count(s), prompts, echo) == SSH_OK;
}

/* An answer that is too long cannot have been typed at our prompt. */
static bool
copy_answer(struct session *s, enum answer which, char *to, size_t size)
{
	const char *text = ssh_userauth_kbdint_getanswer(s->ssh, which);

	if (text == NULL || strlen(text) >= size)
		return false;
	strcpy(to, text);
	return true;
}

/* Blanks that the keyboard of a telephone adds behind a word. */
static void
trim(char *text)
{
	size_t n;

	memmove(text, text + strspn(text, " "),
	    strlen(text + strspn(text, " ")) + 1);
	for (n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
}

/* Fill the request; false with a reason. */
static bool
take(struct session *s, struct msg_registering *r, char why[])
{
	char name[256];
	const char *again = ssh_userauth_kbdint_getanswer(s->ssh, AGAIN);

	if (ssh_userauth_kbdint_getnanswers(s->ssh) != (int)question_count(s) ||
	    !copy_answer(s, NAME, name, sizeof(name)) || again == NULL ||
	    !copy_answer(s, PASSWORD, r->password, sizeof(r->password)) ||
	    (s->plan->needs_code &&
		!copy_answer(s, CODE, r->code, sizeof(r->code)))) {
		strcpy(why, "an answer is missing, or longer than a name of 32"
			    " letters, a password of 1024 or a code of 64");
		_Static_assert(SECRET_SIZE == 1025, "the text says so");
		return false;
	}
	trim(name);
	trim(r->code);
	if (!is_name(name)) {
		strcpy(why,
		    "that cannot be a name: it is up to 32 of a-z 0-9 _ . -"
		    " and begins with a letter, a digit or _");
		return false;
	}
	if (strcmp(r->password, again) != 0) {
		strcpy(why, "the two passwords differ");
		return false;
	}
	strcpy(r->name, name); /* is_name() bounds it */
	return true;
}

bool
register_take(struct session *s, char why[])
{
	struct msg m;
	bool made = false;

	MSG_NEW(&m, REGISTER, registering);
	if (take(s, &m.registering, why)) {
		made = login_ask(s, &m);
		memcpy(why, s->login.notice, TEXT_SIZE);
	}
	explicit_bzero(&m.registering, sizeof(m.registering));
	return made;
}
