/* key.c - lab key: the public keys that one logs in with. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"
#include "sandbox/lab/secret.h"

static int
usage(void)
{
	fputs("usage: lab key list\n"
	      "       lab key add [KEY]      a line as of id_ed25519.pub; from"
	      " standard input without it\n"
	      "       lab key remove WHICH   a number of the list, or a"
	      " fingerprint\n",
	    stderr);
	return LAB_USAGE;
}

/* Without the line's end, blanks before it and the return of Windows. */
static char *
trimmed(char *line)
{
	line += strspn(line, " \t");
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

/* The first line that is no comment; NULL was told. */
static char *
read_key(char *line, int size)
{
	if (isatty(STDIN_FILENO))
		puts("Paste the line of your public key, such as"
		     " ~/.ssh/id_ed25519.pub has it on your machine:");
	while (fgets(line, size, stdin) != NULL) {
		char *key = trimmed(line);

		if (key[0] != '\0' && key[0] != '#')
			return key;
	}
	give_up("there is no key in what was read");
	return NULL;
}

static int
change(enum lab_command command, const char *key)
{
	char password[SECRET_SIZE] = "";
	const struct question q = { command, 0, { password, key }, -1 };
	int status = LAB_FAILED;

	if (strstr(key, "PRIVATE KEY") != NULL)
		return give_up("that is a private key, which stays on your own"
			       " machine: give the line of the file that ends"
			       " in .pub");
	if (secret_ask("Your password: ", password))
		status = ask_question(&q);
	explicit_bzero(password, sizeof(password));
	return status;
}

/* A key that was not quoted is several words. */
static void
join(int count, char **words, char *to, size_t size)
{
	size_t at = 0;

	to[0] = '\0';
	for (int i = 0; i < count && at < size; i++)
		at += (size_t)snprintf(to + at, size - at, "%s%s",
		    i == 0 ? "" : " ", words[i]);
}

static int
add(int count, char **words)
{
	char line[LINE_SIZE];
	const char *key = line;

	if (!ask_may(SELF_KEY))
		return LAB_FAILED;
	if (count > 0)
		join(count, words, line, sizeof(line));
	else
		key = read_key(line, sizeof(line));
	return key == NULL ? LAB_FAILED : change(LAB_COMMAND_KEY_ADD, key);
}

int
run_key(int count, char **words)
{
	if (count == 1 && strcmp(words[0], "list") == 0)
		return ask(LAB_COMMAND_KEYS, 0);
	if (count >= 1 && strcmp(words[0], "add") == 0)
		return add(count - 1, words + 1);
	if (count != 2 || strcmp(words[0], "remove") != 0)
		return usage();
	return ask_may(SELF_KEY) ? change(LAB_COMMAND_KEY_REMOVE, words[1])
				 : LAB_FAILED;
}
