/*
 * reserve.h - the part of state_dir that no student's files may take.
 */
#ifndef ATOLL_BASE_RESERVE_H
#define ATOLL_BASE_RESERVE_H

#include <stdint.h>

/* Bytes, for the database and its log. */
#define ROOM_RESERVE (INT64_C(64) << 20)

#endif
