/* bombs.h - use up one thing until there is no more of it. */
#ifndef ATOLL_ESCAPE_BOMBS_H
#define ATOLL_ESCAPE_BOMBS_H

/*
 * Take one more until it fails or count is reached (0: never).  Says
 * "met ERRNO NUMBER" or "made NUMBER" and, when it met its limit, holds what it
 * has until it is killed.  Only for inside of a sandbox.
 */
int bomb_run(const char *kind, unsigned count);

#endif
