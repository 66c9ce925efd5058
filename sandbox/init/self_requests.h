/*
 * self_requests.h - what a student does with the own account, handed on to the
 * monitor, who decides.
 */
#ifndef ATOLL_INIT_SELF_REQUESTS_H
#define ATOLL_INIT_SELF_REQUESTS_H

#include "gateway/wire/chan.h"
#include "sandbox/init/lab_socket.h"

/* LAB_TOLD answers it; when the monitor cannot be told, it is answered here. */
void self_requests_pass(const struct chan *monitor, struct lab_client *c);

#endif
