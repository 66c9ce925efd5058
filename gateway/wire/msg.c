/*
 * msg.c - encoders and decoders, made from messages.def.
 *
 * A message is the number of its type, its serial and then its fields in order.  One put_ and one get_
 * function for each field type; the list strings them together.
 */
#include "gateway/wire/msg.h"

#include <errno.h>
#include <string.h>

#include "gateway/base/scope.h"

static const struct {
	const char *name;
	uint32_t lasting; /* its number on the wire, or 0 */
	unsigned fds;
	enum role from, to;
} messages[MSG_COUNT] = {
	[MSG_NONE] = { "NONE", 0, 0, ANY, ANY },
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	[MSG_##ENUM] = { #ENUM, kind, fds, from, to },
#include "gateway/wire/messages.def"
#undef MESSAGE
};

const char *
msg_name(enum msg_type type)
{
	return type < MSG_COUNT ? messages[type].name : "UNKNOWN";
}

const char *
role_name(enum role role)
{
	static const char *const names[] = { [MONITOR] = "the monitor",
		[BUILDER] = "the builder",
		[LOADER] = "the loader",
		[ZYGOTE] = "a zygote",
		[SESSION] = "a session",
		[INIT] = "an init",
		[ADMIN] = "a tool",
		[KEYS] = "atoll-keys",
		[SUPERVISOR] = "the supervisor",
		[STAFF] = "atoll-staff",
		[RECORDER] = "atoll-recorder",
		[SIGNER] = "atoll-signer",
		[WEB] = "atoll-web",
		[NET] = "atoll-net",
		[NAMES] = "atoll-names",
		[COLLECTOR] = "atoll-collector",
		[PUBLISH] = "atoll-publish",
		[BROWSER] = "atoll-browser",
		[ANY] = "any process" };

	return names[role];
}

unsigned
msg_fds(enum msg_type type)
{
	return messages[type].fds;
}

bool
msg_is_allowed(enum msg_type type, enum role from, enum role to)
{
	if (type <= MSG_NONE || type >= MSG_COUNT)
		return false;
	return (messages[type].from == ANY || messages[type].from == from) &&
	       (messages[type].to == ANY || messages[type].to == to);
}

/* --- numbers ------------------------------------------------------------- */

uint32_t
msg_number(enum msg_type type)
{
	if (type >= MSG_COUNT)
		return 0;
	return messages[type].lasting != 0 ? messages[type].lasting
					   : LASTING_MAX + type;
}

bool
msg_lasts(enum msg_type type)
{
	return type < MSG_COUNT && messages[type].lasting != 0;
}

static enum msg_type
type_of(uint32_t number)
{
	for (unsigned t = MSG_NONE + 1; t < MSG_COUNT; t++) {
		if (msg_number((enum msg_type)t) == number)
			return (enum msg_type)t;
	}
	return MSG_NONE;
}

/* --- fields ------------------------------------------------------------- */

static void
put_u32(struct buf *b, const uint32_t *v)
{
	buf_put_u32(b, *v);
}

static void
get_u32(struct buf *b, uint32_t *v)
{
	*v = buf_get_u32(b);
}

static void
put_u64(struct buf *b, const uint64_t *v)
{
	buf_put_u64(b, *v);
}

static void
get_u64(struct buf *b, uint64_t *v)
{
	*v = buf_get_u64(b);
}

static void
put_name(struct buf *b, const char (*v)[NAME_SIZE])
{
	if ((*v)[0] != '\0' && !is_name(*v))
		b->failed = true;
	buf_put_bytes(b, *v, strnlen(*v, NAME_SIZE));
}

static void
get_name(struct buf *b, char (*v)[NAME_SIZE])
{
	buf_get_text(b, *v, NAME_SIZE);
	if ((*v)[0] != '\0' && !is_name(*v))
		b->failed = true;
}

/* A text field of any size is a counted run of bytes. */
#define TEXT_FIELD(type, size)                                                 \
	static void put_##type(struct buf *b, const char(*v)[size])            \
	{                                                                      \
		buf_put_bytes(b, *v, strnlen(*v, size));                       \
	}                                                                      \
	static void get_##type(struct buf *b, char(*v)[size])                  \
	{                                                                      \
		buf_get_text(b, *v, size);                                     \
	}
TEXT_FIELD(text, TEXT_SIZE)
TEXT_FIELD(secret, SECRET_SIZE)

/* The same bytes on the wire, which the struct only points to. */
#define LONG_FIELD(type, size)                                                 \
	static void put_##type(struct buf *b, const char *const *v)            \
	{                                                                      \
		const char *text = *v == NULL ? "" : *v;                       \
		buf_put_bytes(b, text, strnlen(text, (size)-1));               \
	}                                                                      \
	static void get_##type(struct buf *b, const char **v)                  \
	{                                                                      \
		*v = buf_get_text_here(b, size);                               \
	}
LONG_FIELD(line, LINE_SIZE)
LONG_FIELD(command, COMMAND_SIZE)

static void
put_path(struct buf *b, const char *const *v)
{
	if (*v != NULL && strnlen(*v, PATH_SIZE) == PATH_SIZE)
		b->failed = true;
	put_line(b, v);
}

static void
get_path(struct buf *b, const char **v)
{
	*v = buf_get_text_here(b, PATH_SIZE);
}

static void
put_ids(struct buf *b, const struct ids *v)
{
	if (v->count > IDS_MAX) {
		b->failed = true;
		return;
	}
	buf_put_u32(b, v->count);
	for (uint32_t i = 0; i < v->count; i++)
		buf_put_u32(b, v->id[i]);
}

static void
get_ids(struct buf *b, struct ids *v)
{
	v->count = buf_get_u32(b);
	if (v->count > IDS_MAX) {
		b->failed = true;
		v->count = 0;
	}
	for (uint32_t i = 0; i < v->count; i++)
		v->id[i] = buf_get_u32(b);
}

static void
put_numbers(struct buf *b, const struct numbers *v)
{
	if (v->count > NUMBERS_MAX) {
		b->failed = true;
		return;
	}
	buf_put_u32(b, v->count);
	for (uint32_t i = 0; i < v->count; i++)
		buf_put_u64(b, v->at[i]);
}

static void
get_numbers(struct buf *b, struct numbers *v)
{
	v->count = buf_get_u32(b);
	if (v->count > NUMBERS_MAX) {
		b->failed = true;
		v->count = 0;
	}
	for (uint32_t i = 0; i < v->count; i++)
		v->at[i] = buf_get_u64(b);
}

/* The run must be exactly count texts, each ended by its NUL. */
static bool
are_strings(const struct strings *s)
{
	uint32_t nuls = 0;

	if (s->count > STRINGS_MAX || s->used > STRINGS_SIZE)
		return false;
	for (uint32_t i = 0; i < s->used; i++)
		nuls += s->data[i] == '\0';
	return nuls == s->count &&
	       (s->used == 0 || s->data[s->used - 1] == '\0');
}

static void
put_strings(struct buf *b, const struct strings *v)
{
	if (!are_strings(v)) {
		b->failed = true;
		return;
	}
	buf_put_u32(b, v->count);
	buf_put_bytes(b, v->data, v->used);
}

static void
get_strings(struct buf *b, struct strings *v)
{
	size_t used;

	v->count = buf_get_u32(b);
	v->data = buf_get_bytes_here(b, STRINGS_SIZE, &used);
	v->used = (uint32_t)used;
	v->size = 0;
	if (!are_strings(v)) {
		b->failed = true;
		v->count = v->used = 0;
	}
}

/* --- messages ----------------------------------------------------------- */

#define FIELD(type, f) put_##type(b, &m->f);
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	static void put_msg_##name(struct buf *b, const struct msg_##name *m)  \
	{                                                                      \
		(void)b, (void)m;                                              \
		__VA_ARGS__                                                    \
	}
#include "gateway/wire/messages.def"
#undef MESSAGE
#undef FIELD

/* An older build of a lasting link's peer ends before fields that it does not
 * know: they are read from zeros, which are 0 or empty to every type. */
static struct buf *
field_source(struct buf *b, struct buf *absent, uint32_t lasting)
{
	static uint8_t zeros[8];

	if (lasting == 0 || b->at < b->size)
		return b;
	buf_init(absent, zeros, sizeof(zeros));
	return absent;
}

#define FIELD(type, f) get_##type(field_source(b, &absent, lasting), &m->f);
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	static void get_msg_##name(struct buf *b, struct msg_##name *m,        \
	    uint32_t lasting)                                                  \
	{                                                                      \
		struct buf absent;                                             \
		(void)b, (void)m, (void)lasting, (void)absent;                 \
		__VA_ARGS__                                                    \
	}
#include "gateway/wire/messages.def"
#undef MESSAGE
#undef FIELD

int
msg_encode(const struct msg *m, struct buf *b, struct err *e)
{
	buf_put_u32(b, msg_number(m->type));
	buf_put_u32(b, m->serial);
	switch (m->type) {
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	case MSG_##ENUM:                                                       \
		put_msg_##name(b, &m->name);                                   \
		break;
#include "gateway/wire/messages.def"
#undef MESSAGE
	case MSG_NONE:
	case MSG_COUNT:
	default:
		b->failed = true;
	}
	if (b->failed)
		return err_set(e, EMSGSIZE, "encode %s", msg_name(m->type));
	return 0;
}

int
msg_decode(struct msg *m, struct buf *b, struct err *e)
{
	uint32_t number = buf_get_u32(b);

	m->serial = buf_get_u32(b);
	m->type = b->failed ? MSG_NONE : type_of(number);
	switch (m->type) {
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	case MSG_##ENUM:                                                       \
		get_msg_##name(b, &m->name, kind);                             \
		break;
#include "gateway/wire/messages.def"
#undef MESSAGE
	case MSG_NONE:
	case MSG_COUNT:
	default:
		return err_set(e,
		    !b->failed && number != 0 && number <= LASTING_MAX
			? ENOMSG
			: EBADMSG,
		    "unknown message %u", number);
	}
	if (msg_lasts(m->type) ? b->failed : !buf_ok(b))
		return err_set(e, EBADMSG, "%s malformed", msg_name(m->type));
	return 0;
}

void
msg_close(struct msg *m)
{
	for (unsigned i = 0; i < MSG_FDS_MAX; i++)
		scope_close(&m->fd[i]);
}

void
text_copy(char *to, size_t size, const char *from)
{
	size_t n = strnlen(from, size - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

struct strings
strings_in(char *room, size_t size)
{
	return (struct strings){ .size = (uint32_t)size, .data = room };
}

bool
strings_add(struct strings *s, const char *text)
{
	size_t n = strlen(text) + 1;

	if (s->count == STRINGS_MAX || s->size < s->used ||
	    n > s->size - s->used)
		return false;
	memcpy(s->data + s->used, text, n);
	s->used += (uint32_t)n;
	s->count++;
	return true;
}

const char *
strings_next(const struct strings *s, const char *prev)
{
	const char *next = prev == NULL ? s->data : prev + strlen(prev) + 1;

	return s->used > 0 && next < s->data + s->used ? next : NULL;
}
