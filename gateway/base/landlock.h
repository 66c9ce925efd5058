/*
 * landlock.h - the places that a process can reach, whatever its ids may.
 *
 * See landlock(7).  A list of places with rights, as filter.h has calls: what no
 * place allows is denied, for good and for all children.  Linux has it from 5.13
 * on, and more rights with each version of its interface (the ABI); those that the
 * running kernel does not know are left out.
 */
#ifndef ATOLL_BASE_LANDLOCK_H
#define ATOLL_BASE_LANDLOCK_H

#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"

/* Of linux/landlock.h as it is after Debian 12: ABI 3 (Linux 6.2) and 5 (6.10). */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

/* Rights of a file, or of all files below a directory. */
#define PLACE_READ LANDLOCK_ACCESS_FS_READ_FILE
#define PLACE_RUN  (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define PLACE_WRITE                                                            \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define PLACE_IOCTL LANDLOCK_ACCESS_FS_IOCTL_DEV /* of devices opened later */
/* Of a directory only: list it, and make and remove what is in it. */
#define PLACE_LIST LANDLOCK_ACCESS_FS_READ_DIR
#define PLACE_FILL                                                             \
	(LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |      \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG)

/* The rights hold for the file or directory that is open, not for its name: a file
 * that is put in its place by rename(2) has those of its directory only. */
struct landlock_place {
	int fd; /* may be O_PATH; -1: there is no such place */
	uint64_t rights;
};

/* The version of the interface; 0: this kernel has none, or it is switched off. */
int landlock_abi(void);

/*
 * From now on only these places can be opened; those that are open already stay.
 * No TCP port can be bound or connected to (ABI 4), and no process outside be
 * signalled or spoken to over an abstract socket (ABI 6).  Needs no_new_privs.  For
 * this thread and its children: call it while there is one.  Without an ABI it does
 * nothing.  -1: the kernel has it, and refuses, as for the 17th time in a row.
 */
int landlock_enter(const struct landlock_place *places, size_t count,
    struct err *e);

#endif
