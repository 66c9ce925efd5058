/*
 * labnotes.c - what an instructor should know of a lab's image.
 *
 * It is asked inside, as the student: PATH and the image are the real ones, and
 * an image without a POSIX shell has no notes.
 */
#include "gateway/admin/lab/labnotes.h"

/* No single quote may be in it. */
#define SANITIZERS                                                             \
	"case \"$ASAN_OPTIONS\" in *detect_leaks=0*) ;; *) "                   \
	"for f in /usr/lib/gcc/*/*/liblsan.* "                                 \
	"/usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.lsan*; do "             \
	"if [ -e \"$f\" ]; then "                                              \
	"echo \"LeakSanitizer, which gcc and clang -fsanitize=address bring,"  \
	" ends every program with an error here: it needs seccomp ="           \
	" \\\"debug\\\", or environment = { ASAN_OPTIONS ="                    \
	" \\\"detect_leaks=0\\\"; }\"; break; fi; done;; esac; "
#define OTHERS                                                                 \
	"has() { command -v \"$1\" >/dev/null 2>&1; }; "                       \
	"if has node; then echo \"node goes without io_uring, which no lab"    \
	" allows: it reads and writes files by threads instead\"; fi; "        \
	"if has perf; then echo \"perf counts and records nothing:"            \
	" perf_event_open(2) is allowed in no lab; gprof and valgrind"         \
	" --tool=callgrind work\"; fi; "                                       \
	"if has tcpdump || has tshark || has dumpcap; then echo \"tcpdump,"    \
	" tshark and dumpcap read files of captures only: no lab has packet"   \
	" sockets\"; fi; "                                                     \
	"if has ping && ! ping -c 1 -W 2 localhost >/dev/null 2>&1; then echo" \
	" \"ping of this image wants capabilities = [ \\\"net_raw\\\" ]:"      \
	" it knows raw sockets only\"; fi; "                                   \
	"true"
/* Of the image, and of what setup made.  getcap(8) is where Debian's ping is. */
#define SETUID                                                                 \
	"p=$(find / -xdev -type f \\( -perm -4000 -o -perm -2000 \\)"          \
	" 2>/dev/null | sort | tr \"\\n\" \" \"); "                            \
	"if [ -n \"$p\" ]; then echo \"these set-uid and set-gid programs"     \
	" get no other rights than who starts them, unless the lab has"        \
	" setuid = true: $p\"; fi; "                                           \
	"p=$(PATH=$PATH:/usr/sbin:/sbin getcap -r / 2>/dev/null | sort |"      \
	" tr \"\\n\" \" \"); "                                                 \
	"if [ -n \"$p\" ]; then echo \"these files give no capabilities,"      \
	" unless the lab has setuid = true: $p\"; fi; "

const char *
labnotes_command(bool is_debug, bool has_setuid)
{
	static const char *const command[2][2] = {
		{ "exec sh -c '" SANITIZERS SETUID OTHERS "'",
		    "exec sh -c '" SANITIZERS OTHERS "'" },
		{ "exec sh -c '" SETUID OTHERS "'", "exec sh -c '" OTHERS "'" },
	};

	return command[is_debug][has_setuid];
}
