/* pcap.c - the bytes of a pcap file. */
#include "sandbox/init/pcap.h"

#define MAGIC	 0xa1b2c3d4
#define ETHERNET 1

struct pcap_file
pcap_begin(void)
{
	return (struct pcap_file){ .magic = MAGIC,
		.major = 2,
		.minor = 4,
		.frame_max = PCAP_FRAME_MAX,
		.link_type = ETHERNET };
}

struct pcap_record
pcap_frame(const struct timespec *at, size_t whole)
{
	return (struct pcap_record){ .seconds = (uint32_t)at->tv_sec,
		.microseconds = (uint32_t)(at->tv_nsec / 1000),
		.size =
		    (uint32_t)(whole < PCAP_FRAME_MAX ? whole : PCAP_FRAME_MAX),
		.whole = (uint32_t)whole };
}
