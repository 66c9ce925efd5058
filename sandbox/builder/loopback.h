/*
 * loopback.h - a sandbox's network: loopback, and files that say so.
 */
#ifndef ATOLL_BUILDER_LOOPBACK_H
#define ATOLL_BUILDER_LOOPBACK_H

#include <stddef.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/* The generated files of /etc. */
enum etc_file { ETC_HOSTS, ETC_HOSTNAME, ETC_RESOLV_CONF, ETC_COUNT };

/* Its name below /etc. */
const char *network_file_name(enum etc_file f);

/* Its content for a sandbox of that lab; the length. */
size_t network_file_text(enum etc_file f, const struct msg_lab_plan *lab,
    char *text, size_t size);

/* In the child: bring its loopback up. */
int network_up(struct err *e);

#endif
