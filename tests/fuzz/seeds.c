/*
 * seeds.c - messages as inputs for msg.c, chan.c and plan.c.
 *
 * usage: seeds FOLDER		FOLDER/msg, FOLDER/chan, FOLDER/plan must exist
 *
 * Their numbers and fields change with messages.def, so `make fuzz` makes them
 * anew; those in tests/fuzz/corpus/ are of the day they were added.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/wire/msg.h"

/* All lists of a message hold the same, and so may share their room. */
static void
fill_strings(struct strings *s)
{
	static char room[64];

	*s = strings_in(room, sizeof(room));
	strings_add(s, "ONE=1");
	strings_add(s, "");
	strings_add(s, "/etc/three");
}

#define FILL_u32(v)	strcmp(#v, "uid") ? ((v) = 1000) : ((v) = 1)
#define FILL_u64(v)	(v) = UINT64_C(64) << 20
#define FILL_name(v)	strcpy(v, "web101")
#define FILL_text(v)	strcpy(v, "a text\n\xff")
#define FILL_path(v)	(v) = "/srv/a/path"
#define FILL_line(v)	(v) = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"
#define FILL_secret(v)	strcpy(v, "correct horse")
#define FILL_command(v) (v) = "echo $HOME; exit 3"
#define FILL_ids(v)                                                            \
	(v) = (struct ids)                                                     \
	{                                                                      \
		2,                                                             \
		{                                                              \
			27, 1000                                               \
		}                                                              \
	}
#define FILL_numbers(v)                                                        \
	(v) = (struct numbers)                                                 \
	{                                                                      \
		3,                                                             \
		{                                                              \
			7, 64, 128                                             \
		}                                                              \
	}
#define FILL_strings(v) fill_strings(&(v))

#define FIELD(type, f) FILL_##type(m->f);
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	static void fill_##name(struct msg_##name *m)                          \
	{                                                                      \
		(void)m;                                                       \
		__VA_ARGS__                                                    \
	}
#include "gateway/wire/messages.def"
#undef MESSAGE
#undef FIELD

static const struct row {
	const char *name;
	enum msg_type type;
	enum role from, to;
	unsigned fds;
} rows[] = {
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	{ #name, MSG_##ENUM, from, to, fds },
#include "gateway/wire/messages.def"
#undef MESSAGE
};

static void
fill(struct msg *m, enum msg_type type)
{
	memset(m, 0, sizeof(*m));
	m->type = type;
	m->serial = 7;
	switch (type) {
#define MESSAGE(ENUM, name, kind, from, to, fds, ...)                          \
	case MSG_##ENUM:                                                       \
		fill_##name(&m->name);                                         \
		break;
#include "gateway/wire/messages.def"
#undef MESSAGE
	default:
		break;
	}
}

static size_t
encode(const struct msg *m, uint8_t *to)
{
	struct err e;
	struct buf b;

	buf_init(&b, to, MSG_WIRE_MAX);
	if (msg_encode(m, &b, &e) == -1) {
		fprintf(stderr, "seeds: %s\n", e.text);
		exit(1);
	}
	return b.at;
}

static FILE *
create(const char *folder, const char *target, const char *name)
{
	char path[PATH_SIZE];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, target, name);
	f = fopen(path, "we");
	if (f == NULL) {
		perror(path);
		exit(1);
	}
	return f;
}

static void
one_message(const char *folder, const struct row *row, struct msg *m)
{
	static uint8_t wire[MSG_WIRE_MAX];
	size_t n;
	FILE *f;

	fill(m, row->type);
	n = encode(m, wire);
	f = create(folder, "msg", row->name);
	fwrite(wire, 1, n, f);
	fclose(f);
	f = create(folder, "chan", row->name);
	fputc(row->to == ANY ? MONITOR : row->to, f);
	fputc(row->from == ANY ? SESSION : row->from, f);
	fputc((int)row->fds, f);
	fwrite(wire, 1, n, f);
	fclose(f);
}

static void
put_packet(FILE *f, const struct msg *m)
{
	static uint8_t wire[MSG_WIRE_MAX];
	size_t n = encode(m, wire);

	fputc((int)(n & 0xff), f);
	fputc((int)(n >> 8 & 0xff), f);
	fputc((int)(n >> 16), f);
	fwrite(wire, 1, n, f);
}

/* A whole load of one lab, with that many mounts. */
static void
load(const char *folder, const char *name, struct msg *m, int mounts)
{
	FILE *f = create(folder, "plan", name);

	fill(m, MSG_HELLO);
	m->hello.protocol = PROTOCOL;
	put_packet(f, m);
	fill(m, MSG_SITE_PLAN);
	put_packet(f, m);
	fill(m, MSG_LAB_PLAN);
	m->lab_plan.seccomp = 0;
	m->lab_plan.aslr = 1;
	m->lab_plan.reattach = 1;
	put_packet(f, m);
	fill(m, MSG_LAB_MOUNT);
	for (int i = 0; i < mounts; i++)
		put_packet(f, m);
	fill(m, MSG_LOAD_END);
	m->load_end.labs = 1;
	put_packet(f, m);
	fclose(f);
}

int
main(int argc, char **argv)
{
	struct msg *m = malloc(sizeof(*m));
	FILE *f;

	if (argc != 2 || m == NULL) {
		fprintf(stderr, "usage: seeds FOLDER\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		one_message(argv[1], &rows[i], m);
	load(argv[1], "plain", m, 0);
	load(argv[1], "mounts", m, 2);
	load(argv[1], "too_many_mounts", m, 33);
	f = create(argv[1], "plan", "refused");
	fill(m, MSG_LOAD_ERROR);
	put_packet(f, m);
	put_packet(f, m);
	fclose(f);
	free(m);
	return 0;
}
