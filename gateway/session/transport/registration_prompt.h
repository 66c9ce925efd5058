/*
 * registration_prompt.h - asks a student for the account to be made.
 *
 * By keyboard-interactive, when the client logs in as the name that CONNECTION
 * gave.  What is refused is asked again, with the reason above the questions.
 */
#ifndef ATOLL_SESSION_TRANSPORT_REGISTRATION_PROMPT_H
#define ATOLL_SESSION_TRANSPORT_REGISTRATION_PROMPT_H

#include <libssh/server.h>
#include <stdbool.h>

struct session;

/* Does this user name ask for a new account? */
bool register_is_asked(const struct session *s, const char *user);

/* Ask; why is the reason of a refusal, or NULL. */
bool register_prompt(struct session *s, ssh_message m, const char *why);

/* The answers.  True: the account is made, and this connection's.  False: why,
 * of TEXT_SIZE, says what was wrong with them. */
bool register_take(struct session *s, char why[]);

#endif
