/*
 * tools.h - where a sandbox has its sftp-server and its scp.
 *
 * They are the image's.  Where that lacks one, the sandbox sees the directory
 * "tools" of libexec_dir, which sandbox/tools/collect made, as TOOLS_TARGET.
 */
#ifndef ATOLL_BASE_TOOLS_H
#define ATOLL_BASE_TOOLS_H

#define TOOLS_DIR    "tools"
#define TOOLS_TARGET "/.atoll" /* as the scripts in it say, too */
#define TOOLS_BIN    TOOLS_TARGET "/bin"
#define TOOLS_LIB    TOOLS_TARGET "/lib"

/* Where distributions keep it, most common first. */
static const char *const sftp_servers[] = {
	"/usr/lib/openssh/sftp-server",
	"/usr/lib/sftp-server",
	"/usr/libexec/openssh/sftp-server",
	"/usr/libexec/sftp-server",
	"/usr/lib/ssh/sftp-server",
};

/* Where the programs of a lab are, for root of the sandbox alone. */
#define PROGRAMS_TARGET "/.atoll-lab"
/* They come as memory that nobody can change, which needs these. */
#define PROGRAM_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
static const char *const program_names[] = { "setup", "check", "steps" };

#endif
