/*
 * err.h - an error is a value with its context.
 *
 * A function that can fail returns 0 or -1 and fills the caller's struct err.
 * The text reads from outside in and ends with the errno's words:
 * "sandbox 9: cgroup s9: pids.max=128: Permission denied".  It is of fixed
 * size, so that running out of memory can be reported too.
 */
#ifndef ATOLL_BASE_ERR_H
#define ATOLL_BASE_ERR_H

#define ERR_TEXT_SIZE 512

struct err {
	int code; /* an errno, or 0 when the text says it all */
	char text[ERR_TEXT_SIZE];
};

/*
 * err_set(e, code, fmt, ...) fills e; err_wrap(e, fmt, ...) puts "what: "
 * before the text that a callee left.  Both are always -1, so that a failure is
 * one statement, and macros, so that the compiler and the analyzers know it.
 */
#define err_set(...)                                                           \
	__extension__({                                                        \
		err_fill(__VA_ARGS__);                                         \
		-1;                                                            \
	})
#define err_wrap(...)                                                          \
	__extension__({                                                        \
		err_prefix(__VA_ARGS__);                                       \
		-1;                                                            \
	})

void err_fill(struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void err_prefix(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
