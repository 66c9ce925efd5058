/* key_file.c - reading a file that holds a private key. */
#include "gateway/base/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"

/* The permissions are read from the descriptor that is read from. */
int
key_file_read(const char *path, char text[KEY_FILE_MAX], struct err *e)
{
	CLOSES int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	ssize_t n;

	if (fd == -1 || fstat(fd, &st) == -1)
		return err_set(e, errno, "host key %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, 0, "host key %s is not a file", path);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return err_set(e, 0,
		    "host key %s may be read by others (mode %03o):"
		    " chmod 600 it",
		    path, (unsigned)st.st_mode & 0777);
	n = read(fd, text, KEY_FILE_MAX - 1);
	if (n == -1)
		return err_set(e, errno, "read host key %s", path);
	text[n] = '\0';
	return 0;
}
