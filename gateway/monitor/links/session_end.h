/*
 * session_end.h - why a session process ended.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_SESSION_END_H
#define ATOLL_MONITOR_LINKS_SESSION_END_H

#include "gateway/wire/msg.h"

/* Log it, from the exit status that its zygote tells. */
void session_end_log(const struct msg_session_end *end);

#endif
