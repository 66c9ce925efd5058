/* view_cut.c - a screen that is longer than what is kept of one. */
#include "gateway/web/view_cut.h"

#include <string.h>

#define ESC '\033'

/* The length of an SGR that stands there, 0 when it is something else. */
static size_t
sgr_length(const char *at)
{
	size_t n;

	if (at[0] != ESC || at[1] != '[')
		return 0;
	n = 2 + strspn(at + 2, "0123456789;:");
	return at[n] == 'm' ? n + 1 : 0;
}

static void
drop_colours(char *view)
{
	char *to = view;
	const char *at = view;

	while (*at != '\0') {
		size_t n = sgr_length(at);

		if (n == 0)
			*to++ = *at++;
		else
			at += n;
	}
	*to = '\0';
}

void
view_cut(char *view, size_t most)
{
	char *end;

	if (strlen(view) <= most)
		return;
	drop_colours(view);
	if (strlen(view) <= most)
		return;
	view[most] = '\0';
	end = strrchr(view, '\n');
	if (end != NULL)
		end[1] = '\0';
}
