/*
 * small_libc.c - what the programs inside a sandbox need beside musl.
 *
 * Their libc is musl, see the Makefile.  Debian's static libraries were compiled
 * for glibc, and call its checked functions; a static program of musl leaves the
 * table of its relocations writable, which the linker meant to be read-only; and one
 * of its functions does nothing.
 */
#include "gateway/base/small_libc.h"

#ifndef __GLIBC__

#include <elf.h>
#include <link.h>
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>

int __snprintf_chk(char *to, size_t size, int flag, size_t room,
    const char *format, ...);
int __fprintf_chk(FILE *to, int flag, const char *format, ...);

int
__snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format,
    ...)
{
	va_list args;
	int n;

	(void)flag;
	if (size > room)
		abort();
	va_start(args, format);
	n = vsnprintf(to, size, format, args);
	va_end(args);
	return n;
}

int
__fprintf_chk(FILE *to, int flag, const char *format, ...)
{
	va_list args;
	int n;

	(void)flag;
	va_start(args, format);
	n = vfprintf(to, format, args);
	va_end(args);
	return n;
}

int
close_range(unsigned first, unsigned last, int flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

/* musl's own refuses: its threads would have one each, where POSIX asks for one of
 * the process.  We have no threads. */
int
sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
	return (int)syscall(SYS_sched_setscheduler, pid, policy, param);
}

/* The program itself, as the linker lays it out. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* Before main(): the relocations are done. */
__attribute__((constructor)) static void
protect_relocations(void)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const ElfW(Phdr) *p = (const void *)(base + __ehdr_start.e_phoff);

	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
		uintptr_t from = (base + p[i].p_vaddr) & ~(page - 1);
		uintptr_t to =
		    (base + p[i].p_vaddr + p[i].p_memsz) & ~(page - 1);

		if (p[i].p_type == PT_GNU_RELRO &&
		    mprotect((void *)from, to - from, PROT_READ) == -1)
			abort();
	}
}

#endif
