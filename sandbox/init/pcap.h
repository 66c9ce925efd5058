/*
 * pcap.h - the bytes of a pcap file, as tcpdump, Wireshark and others read it: in the
 * order of this machine, with microseconds.
 */
#ifndef ATOLL_INIT_PCAP_H
#define ATOLL_INIT_PCAP_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define PCAP_FRAME_MAX 65535 /* of a longer one that much is there */

struct pcap_file {
	uint32_t magic;
	uint16_t major, minor;
	int32_t zone;
	uint32_t accuracy;
	uint32_t frame_max;
	uint32_t link_type;
};

struct pcap_record {
	uint32_t seconds;
	uint32_t microseconds;
	uint32_t size;	/* of the bytes that follow, */
	uint32_t whole; /* and of the frame */
};

/* The first bytes of a file of Ethernet frames. */
struct pcap_file pcap_begin(void);

/* What stands before a frame of so many bytes. */
struct pcap_record pcap_frame(const struct timespec *at, size_t whole);

#endif
