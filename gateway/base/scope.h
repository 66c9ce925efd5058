/*
 * scope.h - who owns a descriptor or an allocation, said at its declaration.
 *
 * A local marked CLOSES or FREES is released when it leaves its scope.  To hand
 * it on, write take_fd(&fd) or take_ptr(&p): every transfer can be grepped.
 */
#ifndef ATOLL_BASE_SCOPE_H
#define ATOLL_BASE_SCOPE_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Close unless it is -1; errno survives, so that a caller can still report. */
static inline void
scope_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

static inline void
scope_free(void *p)
{
	free(*(void **)p);
}

#define CLOSES __attribute__((cleanup(scope_close)))
#define FREES  __attribute__((cleanup(scope_free)))

/* The value, leaving -1 behind: the caller owns it now. */
static inline int
take_fd(int *fd)
{
	int got = *fd;

	*fd = -1;
	return got;
}

/* The pointer, leaving NULL behind: the caller owns it now. */
#define take_ptr(p)                                                            \
	__extension__({                                                        \
		__typeof__(*(p)) taken_ = *(p);                                \
		*(p) = NULL;                                                   \
		taken_;                                                        \
	})

#endif
