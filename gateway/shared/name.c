/* name.c - what an account, a lab or an image may be called. */
#include "gateway/shared/name.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

bool
is_name(const char *text)
{
	size_t n = strspn(text, LETTERS ".-");

	return n > 0 && n < NAME_SIZE && text[n] == '\0' &&
	       strchr(LETTERS, text[0]) != NULL;
}

bool
name_split_login(const char *login, char account[NAME_SIZE],
    char lab[NAME_SIZE])
{
	const char *plus = strchr(login, '+');
	size_t n = plus == NULL ? strlen(login) : (size_t)(plus - login);

	account[0] = lab[0] = '\0';
	if (n >= NAME_SIZE)
		return false;
	if (plus != NULL) {
		if (!is_name(plus + 1))
			return false;
		strcpy(lab, plus + 1); /* is_name() bounds it */
	}
	memcpy(account, login, n);
	account[n] = '\0';
	if (is_name(account))
		return true;
	account[0] = lab[0] = '\0';
	return false;
}
