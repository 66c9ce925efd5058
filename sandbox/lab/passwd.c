/* passwd.c - lab passwd: another password. */
#include <string.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"
#include "sandbox/lab/secret.h"

/* They are wiped by the caller. */
struct secrets {
	char old[SECRET_SIZE], fresh[SECRET_SIZE], again[SECRET_SIZE];
};

static int
change(struct secrets *s)
{
	const struct question q = { LAB_COMMAND_PASSWD, 0, { s->old, s->fresh },
		-1 };

	if (!secret_ask("Your present password: ", s->old) ||
	    !secret_ask("The new one: ", s->fresh) ||
	    !secret_ask("The new one again: ", s->again))
		return LAB_FAILED;
	if (strcmp(s->fresh, s->again) != 0)
		return give_up(
		    "the two new ones differ, and nothing was changed");
	return ask_question(&q);
}

int
run_passwd(int count, char **words)
{
	struct secrets s = { "" };
	int status;

	(void)count;
	(void)words;
	if (!ask_may(SELF_PASSWD))
		return LAB_FAILED;
	status = change(&s);
	explicit_bzero(&s, sizeof(s));
	return status;
}
