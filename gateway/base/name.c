/* name.c - what an account, a lab or an image may be called. */
#include "gateway/base/name.h"

#include <string.h>

/* Of what a client sends, with a domain and a host. */
#define LOGIN_SIZE 256

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

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The name's end: of "alice@host" what stands before the '@'. */
static size_t
part(const char *text, char *to, size_t size)
{
	size_t n = strcspn(text, "+@"), at = 0;

	for (; at < n && at < size - 1; at++)
		to[at] = lower(text[at]);
	to[at] = '\0';
	return strcspn(text, "+");
}

bool
name_read_login(const char *typed, char account[NAME_SIZE], char lab[NAME_SIZE])
{
	/* Longer than a name is none, and stays longer when it is cut. */
	char text[LOGIN_SIZE] = "", login[2 * (NAME_SIZE + 1)] = "";
	size_t n, at;
	char *name = text, *blank;

	account[0] = lab[0] = '\0';
	typed += strspn(typed, " ");
	n = strlen(typed);
	while (n > 0 && typed[n - 1] == ' ')
		n--;
	if (n >= sizeof(text))
		return false;
	memcpy(text, typed, n);
	text[n] = '\0';
	blank = strchr(text, ' ');
	if (blank != NULL && strchr(text, '+') == NULL)
		*blank = '+';
	n = strcspn(text, "+");
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\\')
			name = text + i + 1;
	}
	at = part(name, login, NAME_SIZE + 1);
	if (name[at] == '+') {
		strcat(login, "+");
		n = part(name + at + 1, login + strlen(login), NAME_SIZE + 1);
		if (name[at + 1 + n] == '+')
			return false;
	}
	return name_split_login(login, account, lab);
}
