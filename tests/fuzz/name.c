/* name.c - what a stranger types as the login. */
#include "gateway/base/name.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *login = fuzz_text(data, size);
	char account[NAME_SIZE], lab[NAME_SIZE], both[2 * NAME_SIZE];

	if (is_name(login))
		MUST(strlen(login) < NAME_SIZE && strchr(login, '/') == NULL &&
		     login[0] != '.' && login[0] != '-');
	if (name_split_login(login, account, lab)) {
		MUST(is_name(account) && (lab[0] == '\0' || is_name(lab)));
		snprintf(both, sizeof(both), "%s%s%s", account,
		    lab[0] == '\0' ? "" : "+", lab);
		MUST(strcmp(both, login) == 0);
	} else {
		MUST(account[0] == '\0' && lab[0] == '\0');
	}
	if (name_read_login(login, account, lab))
		MUST(is_name(account) && (lab[0] == '\0' || is_name(lab)));
	else
		MUST(account[0] == '\0' && lab[0] == '\0');
	free(login);
	return 0;
}
