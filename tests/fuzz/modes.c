/* modes.c - the modes of a terminal, as a stranger's pty request has them. */
#include "gateway/session/terminal/modes.h"

#include <termios.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct modes m;

	modes_read((struct wire){ .at = data, .left = size }, &m);
	for (int i = 0; i < MODES_WORDS; i++)
		MUST((m.set[i] & ~m.known[i]) == 0);
	MUST(m.characters.count <= IDS_MAX);
	for (uint32_t i = 0; i < m.characters.count; i++)
		MUST(m.characters.id[i] >> 8 < NCCS);
	return 0;
}
