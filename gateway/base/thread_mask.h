/*
 * thread_mask.h - threads that signals leave alone.
 *
 * A thread has the signal mask of who makes it (pthread_sigmask(3)).  A signal to the
 * process goes to any thread that does not hold it: whoever is to hold one must be
 * the only thread that could take it.
 */
#ifndef ATOLL_BASE_THREAD_MASK_H
#define ATOLL_BASE_THREAD_MASK_H

#include <signal.h>

/* Whatever thread is made between the two takes no signal. */
void thread_mask_begin(sigset_t *before);
void thread_mask_end(const sigset_t *before);

#endif
