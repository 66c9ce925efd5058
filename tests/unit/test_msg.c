/*
 * test_msg.c - every message of messages.def, there and back.
 *
 * The list makes the tests too: each field is filled, encoded, decoded and
 * compared by functions of its type, so a new message is tested when listed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/wire/msg.h"
#include "gateway/wire/msg_fields.h"
#include "gateway/wire/msg_keep.h"

/* How much goes into a field: nothing, a little, or all it can hold. */
enum amount { EMPTY, LITTLE, FULL, AMOUNTS };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The same sequence in every run; a failure can be repeated. */
static uint32_t
next_random(void)
{
	static uint64_t seed = 1;

	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33);
}

/* --- fields ------------------------------------------------------------- */

static void
fill_u32(uint32_t *v, enum amount how)
{
	*v = how == FULL ? UINT32_MAX : how == EMPTY ? 0 : next_random();
}

static void
fill_u64(uint64_t *v, enum amount how)
{
	*v = how == EMPTY ? 0 : how == FULL ? UINT64_MAX : next_random();
	if (how == LITTLE)
		*v |= (uint64_t)next_random() << 32;
}

static void
fill_bytes(char *v, size_t size, enum amount how)
{
	size_t n = how == EMPTY ? 0 : how == FULL ? size - 1 : 5;

	for (size_t i = 0; i < n; i++)
		v[i] = (char)(1 + next_random() % 255);
	v[n] = '\0';
}

static void
fill_name(char (*v)[NAME_SIZE], enum amount how)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t n = how == EMPTY ? 0 : how == FULL ? NAME_SIZE - 1 : 4;

	for (size_t i = 0; i < n; i++)
		(*v)[i] = letters[next_random() % (COUNT(letters) - 1)];
	(*v)[n] = '\0';
}

#define FILL_TEXT(type, size)                                                  \
	static void fill_##type(char(*v)[size], enum amount how)               \
	{                                                                      \
		fill_bytes(*v, size, how);                                     \
	}
FILL_TEXT(text, TEXT_SIZE)
FILL_TEXT(secret, SECRET_SIZE)

/* Memory for what fields point to, which lasts until the next message is filled:
 * more than any of them needs. */
static char rooms[12][COMMAND_SIZE];
static unsigned rooms_used;

static char *
new_room(void)
{
	assert_in_range(rooms_used, 0, COUNT(rooms) - 1);
	return rooms[rooms_used++];
}

#define FILL_LONG(type, size)                                                  \
	static void fill_##type(const char **v, enum amount how)               \
	{                                                                      \
		char *room = new_room();                                       \
                                                                               \
		fill_bytes(room, size, how);                                   \
		*v = room;                                                     \
	}
FILL_LONG(path, PATH_SIZE)
FILL_LONG(line, LINE_SIZE)
FILL_LONG(command, COMMAND_SIZE)

static void
fill_ids(struct ids *v, enum amount how)
{
	v->count = how == EMPTY ? 0 : how == FULL ? IDS_MAX : 3;
	for (uint32_t i = 0; i < v->count; i++)
		v->id[i] = next_random();
}

static void
fill_numbers(struct numbers *v, enum amount how)
{
	v->count = how == EMPTY ? 0 : how == FULL ? NUMBERS_MAX : 3;
	for (uint32_t i = 0; i < v->count; i++)
		v->at[i] = (uint64_t)next_random() << 32 | next_random();
}

static void
fill_strings(struct strings *v, enum amount how)
{
	unsigned n = how == EMPTY ? 0 : how == FULL ? STRINGS_MAX : 3;
	char text[STRINGS_SIZE / STRINGS_MAX];

	*v = strings_in(new_room(), STRINGS_SIZE);
	for (unsigned i = 0; i < n; i++) {
		fill_bytes(text, sizeof(text), i == 1 ? EMPTY : how);
		assert_true(strings_add(v, text));
	}
}

static bool
same_u32(const uint32_t *a, const uint32_t *b)
{
	return *a == *b;
}

static bool
same_u64(const uint64_t *a, const uint64_t *b)
{
	return *a == *b;
}

#define SAME_TEXT(type, size)                                                  \
	static bool same_##type(const char(*a)[size], const char(*b)[size])    \
	{                                                                      \
		return strcmp(*a, *b) == 0;                                    \
	}
SAME_TEXT(name, NAME_SIZE)
SAME_TEXT(text, TEXT_SIZE)
SAME_TEXT(secret, SECRET_SIZE)

static bool
same_line(const char *const *a, const char *const *b)
{
	return strcmp(*a, *b) == 0;
}

static bool
same_path(const char *const *a, const char *const *b)
{
	return strcmp(*a, *b) == 0;
}

static bool
same_command(const char *const *a, const char *const *b)
{
	return strcmp(*a, *b) == 0;
}

static bool
same_ids(const struct ids *a, const struct ids *b)
{
	return a->count == b->count &&
	       memcmp(a->id, b->id, a->count * sizeof(a->id[0])) == 0;
}

static bool
same_numbers(const struct numbers *a, const struct numbers *b)
{
	return a->count == b->count &&
	       memcmp(a->at, b->at, a->count * sizeof(a->at[0])) == 0;
}

static bool
same_strings(const struct strings *a, const struct strings *b)
{
	return a->count == b->count && a->used == b->used &&
	       memcmp(a->data, b->data, a->used) == 0;
}

/* --- messages ----------------------------------------------------------- */

#define FIELD(type, f) fill_##type(&m->f, how);
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	static void fill_msg_##name(struct msg *whole, enum amount how)        \
	{                                                                      \
		struct msg_##name *m = &whole->name;                           \
                                                                               \
		(void)m;                                                       \
		MSG_NEW(whole, ENUM, name);                                    \
		rooms_used = 0;                                                \
		fill_u32(&whole->serial, how);                                 \
		__VA_ARGS__                                                    \
	}
#include "gateway/wire/messages.def"
#undef MESSAGE
#undef FIELD

#define FIELD(type, f) &&same_##type(&a->f, &b->f)
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	static bool same_msg_##name(const struct msg *x, const struct msg *y)  \
	{                                                                      \
		const struct msg_##name *a = &x->name, *b = &y->name;          \
                                                                               \
		(void)a, (void)b;                                              \
		return x->type == y->type &&                                   \
		       x->serial == y->serial __VA_ARGS__;                     \
	}
#include "gateway/wire/messages.def"
#undef MESSAGE
#undef FIELD

static const struct {
	enum msg_type type;
	void (*fill)(struct msg *m, enum amount how);
	bool (*same)(const struct msg *a, const struct msg *b);
} list[] = {
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	{ MSG_##ENUM, fill_msg_##name, same_msg_##name },
#include "gateway/wire/messages.def"
#undef MESSAGE
};

static struct msg sent, got;
static uint8_t wire[MSG_WIRE_MAX], arrived[MSG_WIRE_MAX], again[MSG_WIRE_MAX];

/* Encode sent into wire; how long it is. */
static size_t
encode(void)
{
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, wire, sizeof(wire));
	if (msg_encode(&sent, &b, &e) == -1)
		fail_msg("%s", e.text);
	return b.at;
}

static int
decode(size_t size, struct err *e)
{
	struct buf b;

	memcpy(arrived, wire, size); /* decoding changes it */
	buf_init(&b, arrived, size);
	return msg_decode(&got, &b, e);
}

/* Garbage in memory must not pass for what was decoded. */
static void
forget(void)
{
	memset(&got, 0xee, sizeof(got));
}

static void
every_message_comes_back_as_it_was_sent(void **state)
{
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		for (enum amount how = EMPTY; how < AMOUNTS; how++) {
			list[i].fill(&sent, how);
			forget();
			if (decode(encode(), &e) == -1)
				fail_msg("%s", e.text);
			if (!list[i].same(&sent, &got))
				fail_msg("%s changed", msg_name(sent.type));
		}
	}
}

/*
 * Whatever is accepted must be what its own encoding says: nothing that a peer
 * sends has two readings.  Only a lasting message may be shorter, and the rest
 * is zero, or longer.
 */
static void
accepted_bytes_encode_to_themselves(size_t size)
{
	struct err e = { 0 };
	struct buf b;

	forget();
	if (decode(size, &e) == -1)
		return;
	buf_init(&b, again, sizeof(again));
	if (msg_encode(&got, &b, &e) == -1)
		fail_msg("%s", e.text);
	if (!msg_lasts(got.type))
		assert_int_equal(b.at, size);
	assert_memory_equal(again, wire, size < b.at ? size : b.at);
	for (size_t i = size; i < b.at; i++)
		assert_int_equal(again[i], 0);
}

static size_t
fields_of(enum msg_type type)
{
	struct msg_field f;
	size_t n = 0;

	while (msg_field(type, n, &f))
		n++;
	return n;
}

static void
a_message_cut_anywhere_is_refused_or_of_an_older_build(void **state)
{
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		size_t whole, taken = 0;

		list[i].fill(&sent, LITTLE);
		whole = encode();
		for (size_t n = 0; n < whole; n++) {
			if (decode(n, &e) == -1) {
				assert_int_equal(e.code, EBADMSG);
				continue;
			}
			if (!msg_lasts(sent.type))
				fail_msg("%s cut at %zu of %zu",
				    msg_name(sent.type), n, whole);
			accepted_bytes_encode_to_themselves(n);
			taken++;
		}
		/* A lasting one may end before each of its fields. */
		assert_int_equal(taken,
		    msg_lasts(sent.type) ? fields_of(sent.type) : 0);
	}
}

static void
a_byte_too_many_is_refused_or_of_a_newer_build(void **state)
{
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		size_t whole;

		list[i].fill(&sent, LITTLE);
		whole = encode();
		wire[whole] = 0;
		forget();
		if (msg_lasts(sent.type)) { /* a newer build's */
			assert_int_equal(decode(whole + 1, &e), 0);
			assert_true(list[i].same(&sent, &got));
			continue;
		}
		assert_int_equal(decode(whole + 1, &e), -1);
		assert_int_equal(e.code, EBADMSG);
	}
}

static void
garbage_is_refused_or_harmless(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		size_t size = next_random() % 200;

		for (size_t i = 0; i < size; i++)
			wire[i] = (uint8_t)next_random();
		if (size >= 4 && round % 8 != 0) {
			struct buf b;

			buf_init(&b, wire, 4);
			buf_put_u32(&b,
			    msg_number(next_random() % (MSG_COUNT + 1)));
		}
		accepted_bytes_encode_to_themselves(size);
	}
}

static void
damaged_messages_are_refused_or_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		for (unsigned round = 0; round < 2000; round++) {
			size_t size;

			list[i].fill(&sent, LITTLE);
			size = encode();
			for (unsigned n = 1 + next_random() % 3; n > 0; n--)
				wire[next_random() % size] =
				    (uint8_t)next_random();
			accepted_bytes_encode_to_themselves(size);
		}
	}
}

static void
unknown_types_are_refused(void **state)
{
	/* Lasting ones have no second number among the internal ones. */
	static const uint32_t types[] = { 0, LASTING_MAX, LASTING_MAX - 1,
		LASTING_MAX + MSG_HELLO, LASTING_MAX + MSG_COUNT, 0x7fffffff,
		0x80000000, 0xffffffff };
	struct err e = { 0 };
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		buf_init(&b, wire, sizeof(wire));
		buf_put_u32(&b, types[i]);
		buf_put_u64(&b, 0);
		assert_int_equal(decode(b.at, &e), -1);
		assert_non_null(strstr(e.text, "unknown message"));
		assert_int_equal(e.code,
		    types[i] != 0 && types[i] <= LASTING_MAX ? ENOMSG
							     : EBADMSG);
	}
	sent.type = MSG_NONE;
	buf_init(&b, wire, sizeof(wire));
	assert_int_equal(msg_encode(&sent, &b, &e), -1);
	assert_string_equal(msg_name(MSG_COUNT), "UNKNOWN");
}

static void
what_is_not_a_name_is_neither_sent_nor_taken(void **state)
{
	struct err e = { 0 };
	struct buf b;

	(void)state;
	MSG_NEW(&sent, SEAT_OPEN, seat_open);
	text_copy(sent.seat_open.lab, NAME_SIZE, "web/101");
	buf_init(&b, wire, sizeof(wire));
	assert_int_equal(msg_encode(&sent, &b, &e), -1);
	buf_init(&b, wire, sizeof(wire));
	buf_put_u32(&b, msg_number(MSG_SEAT_OPEN));
	buf_put_u32(&b, 0); /* serial */
	buf_put_bytes(&b, "../etc", 6);
	assert_int_equal(decode(b.at, &e), -1);
	assert_string_equal(e.text, "SEAT_OPEN malformed: Bad message");
}

static void
more_ids_than_there_is_room_for_are_refused(void **state)
{
	struct err e = { 0 };
	struct buf b;

	(void)state;
	MSG_NEW(&sent, INIT_PLAN, init_plan);
	sent.init_plan.groups.count = IDS_MAX + 1;
	buf_init(&b, wire, sizeof(wire));
	assert_int_equal(msg_encode(&sent, &b, &e), -1);
	buf_init(&b, wire, sizeof(wire));
	buf_put_u32(&b, msg_number(MSG_INIT_PLAN));
	buf_put_u32(&b, 0);    /* serial */
	buf_put_u32(&b, 1000); /* uid, gid */
	buf_put_u32(&b, 1000);
	buf_put_u32(&b, IDS_MAX + 1);
	for (int i = 0; i <= IDS_MAX; i++)
		buf_put_u32(&b, 1);
	assert_int_equal(decode(b.at, &e), -1);
}

/* A SPAWN with count strings in these bytes, decoded. */
static int
decode_strings(uint32_t count, const char *bytes, size_t n)
{
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, wire, sizeof(wire));
	buf_put_u32(&b, msg_number(MSG_SPAWN));
	for (int i = 0; i < 16; i++) /* serial, fields before environment */
		buf_put_u32(&b, 0);
	buf_put_u32(&b, count);
	buf_put_bytes(&b, bytes, n);
	buf_put_bytes(&b, "ls", 2);
	return decode(b.at, &e);
}

static void
strings_must_be_as_many_as_they_say(void **state)
{
	(void)state;
	assert_int_equal(decode_strings(2, "A=1\0B=2", 8), 0);
	assert_int_equal(got.spawn.environment.count, 2);
	assert_int_equal(decode_strings(1, "A=1\0B=2", 8), -1);
	assert_int_equal(decode_strings(3, "A=1\0B=2", 8), -1);
	assert_int_equal(decode_strings(2, "A=1\0B=2", 7), -1); /* no NUL */
	assert_int_equal(decode_strings(1, "", 0), -1);
	assert_int_equal(decode_strings(0, "", 1), -1);
	assert_int_equal(decode_strings(0, "", 0), 0);
	assert_int_equal(decode_strings(UINT32_MAX, "A=1", 4), -1);
}

static void
a_long_text_is_cut_when_it_is_sent(void **state)
{
	struct err e = { 0 };

	(void)state;
	MSG_NEW(&sent, LAB_TOLD, lab_told);
	memset(rooms[0], 'x', LINE_SIZE + 1);
	rooms[0][LINE_SIZE + 1] = '\0';
	sent.lab_told.text = rooms[0];
	assert_int_equal(decode(encode(), &e), 0);
	assert_int_equal(strlen(got.lab_told.text), LINE_SIZE - 1);
	sent.lab_told.text = NULL;
	assert_int_equal(decode(encode(), &e), 0);
	assert_string_equal(got.lab_told.text, "");
}

static void
a_path_is_sent_whole_or_not_at_all(void **state)
{
	static char path[PATH_SIZE + 1];
	struct err e = { 0 };
	struct buf b;

	(void)state;
	MSG_NEW(&sent, LAB_MOUNT, lab_mount);
	memset(path, 'x', PATH_SIZE - 1);
	sent.lab_mount.target = path;
	assert_int_equal(decode(encode(), &e), 0);
	assert_string_equal(got.lab_mount.target, path);
	assert_string_equal(got.lab_mount.source, "");
	path[PATH_SIZE - 1] = 'x';
	buf_init(&b, wire, sizeof(wire));
	assert_int_equal(msg_encode(&sent, &b, &e), -1);
	assert_string_equal(e.text, "encode LAB_MOUNT: Message too long");
}

/* What was decoded points into bytes that the next message overwrites. */
static void
a_message_that_is_kept_needs_no_buffer(void **state)
{
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		for (enum amount how = EMPTY; how < AMOUNTS; how++) {
			void *block;

			list[i].fill(&sent, how);
			assert_int_equal(decode(encode(), &e), 0);
			block = msg_keep(&got);
			assert_non_null(block);
			memset(arrived, 0xee, sizeof(arrived));
			if (!list[i].same(&sent, &got))
				fail_msg("%s changed", msg_name(sent.type));
			free(block);
		}
	}
}

static void
a_list_of_strings_is_walked_in_order(void **state)
{
	char room[8];
	struct strings s = strings_in(room, sizeof(room));
	const char *text = NULL;

	(void)state;
	assert_null(strings_next(&s, NULL));
	assert_true(strings_add(&s, "a"));
	assert_true(strings_add(&s, ""));
	assert_true(strings_add(&s, "bc"));
	text = strings_next(&s, NULL);
	assert_string_equal(text, "a");
	text = strings_next(&s, text);
	assert_string_equal(text, "");
	text = strings_next(&s, text);
	assert_string_equal(text, "bc");
	assert_null(strings_next(&s, text));
}

static void
a_full_list_of_strings_takes_no_more(void **state)
{
	static char text[STRINGS_SIZE];
	struct strings many = strings_in(rooms[0], STRINGS_SIZE);
	struct strings long_ones = strings_in(rooms[1], STRINGS_SIZE);
	struct strings no_room = { 0 };

	(void)state;
	for (int i = 0; i < STRINGS_MAX; i++)
		assert_true(strings_add(&many, "x"));
	assert_false(strings_add(&many, "x"));
	assert_int_equal(many.count, STRINGS_MAX);
	memset(text, 'x', sizeof(text) - 1);
	assert_true(strings_add(&long_ones, text));
	assert_int_equal(long_ones.used, STRINGS_SIZE);
	assert_false(strings_add(&long_ones, ""));
	assert_int_equal(long_ones.count, 1);
	assert_false(strings_add(&no_room, ""));
}

static void
a_text_is_cut_to_its_room(void **state)
{
	char to[4] = "???";

	(void)state;
	text_copy(to, sizeof(to), "abcdef");
	assert_string_equal(to, "abc");
	text_copy(to, sizeof(to), "");
	assert_string_equal(to, "");
}

static void
only_the_listed_sender_may_say_it(void **state)
{
	(void)state;
	assert_true(msg_is_allowed(MSG_SEAT_READY, MONITOR, SESSION));
	assert_false(msg_is_allowed(MSG_SEAT_READY, SESSION, MONITOR));
	assert_false(msg_is_allowed(MSG_SEAT_READY, BUILDER, SESSION));
	assert_false(msg_is_allowed(MSG_BUILD, SESSION, BUILDER));
	assert_false(msg_is_allowed(MSG_INTRODUCE, SESSION, INIT));
	assert_true(msg_is_allowed(MSG_HELLO, SESSION, INIT));
	assert_true(msg_is_allowed(MSG_HELLO, ADMIN, MONITOR));
	assert_false(msg_is_allowed(MSG_NONE, MONITOR, MONITOR));
	assert_false(msg_is_allowed(MSG_COUNT, MONITOR, SESSION));
}

static void
no_message_has_more_descriptors_than_a_struct_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++)
		assert_in_range(msg_fds(list[i].type), 0, MSG_FDS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_comes_back_as_it_was_sent),
		cmocka_unit_test(
		    a_message_cut_anywhere_is_refused_or_of_an_older_build),
		cmocka_unit_test(
		    a_byte_too_many_is_refused_or_of_a_newer_build),
		cmocka_unit_test(garbage_is_refused_or_harmless),
		cmocka_unit_test(damaged_messages_are_refused_or_harmless),
		cmocka_unit_test(unknown_types_are_refused),
		cmocka_unit_test(what_is_not_a_name_is_neither_sent_nor_taken),
		cmocka_unit_test(more_ids_than_there_is_room_for_are_refused),
		cmocka_unit_test(strings_must_be_as_many_as_they_say),
		cmocka_unit_test(a_long_text_is_cut_when_it_is_sent),
		cmocka_unit_test(a_path_is_sent_whole_or_not_at_all),
		cmocka_unit_test(a_message_that_is_kept_needs_no_buffer),
		cmocka_unit_test(a_list_of_strings_is_walked_in_order),
		cmocka_unit_test(a_full_list_of_strings_takes_no_more),
		cmocka_unit_test(a_text_is_cut_to_its_room),
		cmocka_unit_test(only_the_listed_sender_may_say_it),
		cmocka_unit_test(
		    no_message_has_more_descriptors_than_a_struct_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
