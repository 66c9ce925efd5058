/*
 * err.h - an error is a value with its context.
 *
 * A function that can fail returns 0 or -1 and fills the caller's struct err.
 * The text reads from outside in and ends with the errno's words:
 * "sandbox 9: cgroup s9: pids.max=128: Permission denied".  It is of fixed
 * size, so that running out of memory can be reported too.
 */
#ifndef ATOLL_SHARED_ERR_H
#define ATOLL_SHARED_ERR_H

#define ERR_TEXT_SIZE 512

struct err {
	int code; /* an errno, or 0 when the text says it all */
	char text[ERR_TEXT_SIZE];
};

/* Both always return -1, so that a failure is one statement. */
int err_set(struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "what: " before the text that a callee left. */
int err_wrap(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
