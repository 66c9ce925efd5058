/* act.c - what the keys of atoll top ask for, of one seat. */
#include "gateway/admin/top/act.h"

#include <string.h>

#include "gateway/admin/account/when.h"
#include "gateway/base/utf8.h"

/* Both names, into whichever message that is. */
#define AIM(body, t)                                                           \
	do {                                                                   \
		text_copy((body).account, NAME_SIZE, (t)->account);            \
		text_copy((body).lab, NAME_SIZE, (t)->lab);                    \
	} while (0)

int
act_say(struct msg *m, const struct top_target *t, const char *text,
    struct err *e)
{
	if (text[0] == '\0')
		return err_set(e, 0, "nothing was said");
	if (!utf8_is_valid(text))
		return err_set(e, 0, "that is not UTF-8");
	MSG_NEW(m, ADMIN_SAY, admin_say);
	AIM(m->admin_say, t);
	text_copy(m->admin_say.text, TEXT_SIZE, text);
	return 0;
}

int
act_extend(struct msg *m, const struct top_target *t, const char *text,
    struct err *e)
{
	int64_t seconds;

	if (when_parse_span(text, &seconds, e) == -1)
		return -1;
	MSG_NEW(m, ADMIN_EXTEND, admin_extend);
	AIM(m->admin_extend, t);
	m->admin_extend.seconds = (uint64_t)seconds;
	return 0;
}

void
act_kill(struct msg *m, const struct top_target *t)
{
	MSG_NEW(m, ADMIN_KILL, admin_kill);
	AIM(m->admin_kill, t);
}

void
act_freeze(struct msg *m, const struct top_target *t)
{
	MSG_NEW(m, ADMIN_FREEZE, admin_freeze);
	AIM(m->admin_freeze, t);
}

void
act_thaw(struct msg *m, const struct top_target *t)
{
	MSG_NEW(m, ADMIN_THAW, admin_thaw);
	AIM(m->admin_thaw, t);
}
