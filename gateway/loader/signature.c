/* signature.c - who vouches for an image. */
#include "gateway/loader/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/scope.h"

#define KEYGEN	   "ssh-keygen"
#define NAMESPACE  "atoll-image" /* images/lib/signature.py has it, too */
#define FOLDER_FD  3
#define SIGNATURE  "/proc/self/fd/3/manifest.conf.sig"
#define NO_PROGRAM 127
#define SAID_SIZE  1024

/* The folder of the image, its manifest, and where to say something. */
static int
exec_keygen(const void *arg)
{
	char *const *argv = arg;

	_Static_assert(FOLDER_FD == CHILD_FD, "the place in SIGNATURE");
	if (child_stdio(CHILD_FD + 1, CHILD_FD + 2, CHILD_FD + 2) == 0)
		execvp(argv[0], argv);
	return NO_PROGRAM;
}

/* All that comes, of which as much as has room is kept. */
static void
read_said(int from, char said[SAID_SIZE])
{
	char rest[SAID_SIZE] = "";
	size_t n = 0;
	ssize_t got;

	for (;;) {
		bool has_room = n < SAID_SIZE - 1;

		got = read(from, has_room ? said + n : rest,
		    has_room ? SAID_SIZE - 1 - n : sizeof(rest));
		if (got == 0 || (got == -1 && errno != EINTR))
			break;
		if (got > 0 && has_room)
			n += (size_t)got;
	}
	said[n] = '\0';
}

/* Run it with the manifest as input; what it said, and its exit status. */
static int
run_keygen(const char *const argv[], int folder, int manifest,
    char said[SAID_SIZE], struct err *e)
{
	CLOSES int ours = -1, theirs = -1;
	int ends[2], status;
	pid_t pid;

	if (lseek(manifest, 0, SEEK_SET) == -1)
		return err_set(e, errno, "manifest.conf");
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_set(e, errno, "pipe");
	ours = ends[0];
	theirs = ends[1];
	pid = child_start(exec_keygen, argv,
	    (const int[]){ folder, manifest, theirs }, 3);
	scope_close(&theirs);
	if (pid == -1)
		return err_set(e, errno, "fork");
	read_said(ours, said);
	if (waitpid(pid, &status, 0) == -1 || !WIFEXITED(status))
		return err_set(e, 0, KEYGEN " did not end well");
	if (WEXITSTATUS(status) == NO_PROGRAM)
		return err_set(e, 0,
		    KEYGEN " cannot be started: apt install openssh-client");
	return WEXITSTATUS(status);
}

static int
is_good(int folder, int manifest, const char *signers, const char *principal,
    struct err *e)
{
	const char *const argv[] = { KEYGEN, "-Y", "verify", "-f", signers,
		"-I", principal, "-n", NAMESPACE, "-s", SIGNATURE, NULL };
	char said[SAID_SIZE];

	return run_keygen(argv, folder, manifest, said, e);
}

int
signature_check(int folder, int manifest, const char *signers, struct err *e)
{
	const char *const argv[] = { KEYGEN, "-Y", "find-principals", "-s",
		SIGNATURE, "-f", signers, NULL };
	char said[SAID_SIZE], *rest = said, *principal;
	int status;

	if (faccessat(folder, "manifest.conf.sig", R_OK, 0) == -1)
		return err_set(e, 0, "it is not signed");
	status = run_keygen(argv, folder, manifest, said, e);
	if (status == -1)
		return -1;
	while (status == 0 && (principal = strsep(&rest, "\n")) != NULL) {
		int verdict = principal[0] == '\0' ? 1
						   : is_good(folder, manifest,
							 signers, principal, e);

		if (verdict <= 0)
			return verdict;
	}
	return err_set(e, 0, "its signature is not a good one by anybody in %s",
	    signers);
}
