/* view_read.c - a screen that was sent. */
#include "gateway/web/view_read.h"

#include <unistd.h>

#include "gateway/base/watching.h"
#include "gateway/web/view_cut.h"
#include "gateway/web/wall_state.h"

/* Copied, since another process has it, too. */
const char *
view_read(int fd)
{
	static char view[WATCH_PICTURE_MAX + 1];
	ssize_t n = pread(fd, view, WATCH_PICTURE_MAX, 0);

	if (n <= 0)
		return NULL;
	view[n] = '\0';
	view_cut(view, VIEW_MAX);
	return view;
}
