/* signals.c - the signals that RFC 4254, 6.9 and 6.10, names, without SIG. */
#include "gateway/base/signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "gateway/base/array.h"

static const char *const names[] = {
	[SIGABRT] = "ABRT",
	[SIGALRM] = "ALRM",
	[SIGFPE] = "FPE",
	[SIGHUP] = "HUP",
	[SIGILL] = "ILL",
	[SIGINT] = "INT",
	[SIGKILL] = "KILL",
	[SIGPIPE] = "PIPE",
	[SIGQUIT] = "QUIT",
	[SIGSEGV] = "SEGV",
	[SIGTERM] = "TERM",
	[SIGUSR1] = "USR1",
	[SIGUSR2] = "USR2",
};

int
signal_number(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return (int)i;
	}
	return 0;
}

const char *
signal_name(unsigned number)
{
	return number < COUNT_OF(names) ? names[number] : NULL;
}
