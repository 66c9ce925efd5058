/*
 * terminal_csi.h - control sequences: which are let through, and in what form.
 */
#ifndef ATOLL_BASE_TERMINAL_CSI_H
#define ATOLL_BASE_TERMINAL_CSI_H

#include "gateway/base/terminal_parser.h"

/* A byte after CSI. */
void csi_byte(struct terminal_filter *f, uint8_t c,
    const struct terminal_sink *out);

#endif
