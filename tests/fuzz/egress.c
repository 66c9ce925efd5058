/* egress.c - what a lab may reach, as its author writes it and as a message has it. */
#include "gateway/base/egress.h"
#include "gateway/base/egress_name.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
as_text(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct egress in, out;
	struct err e = { 0 };

	if (egress_parse(&in, text, &e) == 0) {
		MUST(egress_unpack(&out, egress_pack(&in)));
		MUST(out.network == in.network && out.bits == in.bits &&
		     out.port == in.port);
	} else {
		MUST(e.text[0] != '\0');
	}
	free(text);
}

/* What is a name is written as it is read. */
static void
as_name(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), again[EGRESS_NAME_TEXT];
	struct egress_name in, out;
	struct err e = { 0 };

	if (egress_name_parse(&in, text, &e) == 0) {
		MUST(is_host_name(in.name));
		MUST(egress_is_name(text) ||
		     in.name[strspn(in.name, "0123456789.-_")] == '\0');
		egress_name_text(&in, again);
		MUST(egress_name_parse(&out, again, &e) == 0);
		MUST(strcmp(in.name, out.name) == 0 && in.port == out.port &&
		     in.is_wild == out.is_wild);
		MUST(in.is_wild || egress_name_allows(&in, in.name));
	} else {
		MUST(e.text[0] != '\0');
	}
	free(text);
}

/* atoll-net makes rules of what it unpacks: a network has no bits beyond its own. */
static void
as_number(const uint8_t *data, size_t size)
{
	uint64_t number = 0;
	struct egress out;

	memcpy(&number, data, size < sizeof(number) ? size : sizeof(number));
	if (!egress_unpack(&out, number))
		return;
	MUST(out.bits <= 32);
	MUST(out.bits == 32 ||
	     (uint32_t)((uint64_t)out.network << out.bits) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_text(data, size);
	as_name(data, size);
	as_number(data, size);
	return 0;
}
