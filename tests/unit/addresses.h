/* addresses.h - an address from its text, for tests. */
#ifndef ATOLL_TESTS_UNIT_ADDRESSES_H
#define ATOLL_TESTS_UNIT_ADDRESSES_H

#include <arpa/inet.h>

#include "gateway/base/address.h"

static inline struct address
from(const char *text)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *in = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;
	struct address a;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		ss.ss_family = AF_INET;
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
		ss.ss_family = AF_INET6;
	}
	address_from(&a, &ss);
	return a;
}

#endif
