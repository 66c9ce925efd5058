/* argument.c - the words of a command that name a lab or a seat. */
#include "gateway/admin/argument.h"

#include "gateway/base/escape.h"
#include "gateway/wire/msg.h"

int
argument_lab(const char *name, struct err *e)
{
	char safe[TEXT_SIZE];

	if (is_name(name))
		return 0;
	text_escape(safe, sizeof(safe), name);
	return err_set(e, 0,
	    "\"%.80s\" cannot be the name of a lab: it is 1 to 32 of a-z 0-9 _ "
	    "."
	    " -",
	    safe);
}

int
argument_seat(const char *argument, char account[NAME_SIZE],
    char lab[NAME_SIZE], struct err *e)
{
	char safe[TEXT_SIZE];

	if (name_split_login(argument, account, lab) && lab[0] != '\0')
		return 0;
	text_escape(safe, sizeof(safe), argument);
	return err_set(e, 0,
	    "\"%.80s\" is not a seat: write account+lab, as"
	    " 'atoll ls' shows them",
	    safe);
}
