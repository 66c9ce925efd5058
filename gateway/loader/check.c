/* check.c - what a table of types and ranges cannot say of a configuration. */
#include "gateway/loader/check.h"

#include <arpa/inet.h>
#include <crypt.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/capability.h"
#include "gateway/base/pubkey.h"
#include "gateway/config/config_table.h"
#include "gateway/config/policy.h"
#include "gateway/loader/check_lab.h"
#include "gateway/loader/check_network.h"
#include "gateway/loader/image.h"
#include "gateway/loader/machines.h"

static void
check_listen(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	if (c->listen_count == 0)
		diagnose(out, c->file, line_of(group, "listen"),
		    "listen names no address");
	for (size_t i = 0; i < c->listen_count; i++) {
		struct in6_addr any;

		if (inet_pton(AF_INET, c->listen[i].address, &any) != 1 &&
		    inet_pton(AF_INET6, c->listen[i].address, &any) != 1)
			diagnose(out, c->file, line_of(group, "listen"),
			    "address = \"%s\" is not a numeric IPv4 or IPv6"
			    " address",
			    c->listen[i].address);
	}
}

static void
check_networks(const struct config *c, config_setting_t *group,
    const char *member, const struct texts *list, struct diagnostics *out)
{
	for (size_t i = 0; i < list->count; i++) {
		struct network ignored;
		struct err e = { 0 };

		if (network_parse(&ignored, list->at[i], &e) == -1)
			diagnose(out, c->file, line_of(group, member), "%s: %s",
			    member, e.text);
	}
}

static void
check_signers(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	if (c->image_signers[0] != '\0' && access(c->image_signers, R_OK) == -1)
		diagnose(out, c->file, line_of(group, "image_signers"),
		    "image_signers %s: %s; make it of lines like"
		    " 'NAME namespaces=\"atoll-image\" ssh-ed25519 AAAA...'",
		    c->image_signers, strerror(errno));
}

static void
check_mount_sources(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	for (size_t i = 0; i < c->mount_sources.count; i++) {
		if (access(c->mount_sources.at[i], F_OK) == -1)
			diagnose(out, c->file, line_of(group, "mount_sources"),
			    "mount_sources %s: %s; name directories or files"
			    " of this host",
			    c->mount_sources.at[i], strerror(errno));
	}
}

static void
check_account(const struct config *c, const struct account *a,
    config_setting_t *row, struct diagnostics *out)
{
	if (a->password[0] != '\0' &&
	    crypt_checksalt(a->password) != CRYPT_SALT_OK)
		diagnose(out, c->file, line_of(row, "password"),
		    "account %s: password is not a crypt(5) hash of a method"
		    " that is safe today: make one with 'mkpasswd -m yescrypt'",
		    a->name);
	if (a->password[0] == '\0' && a->keys.count == 0 &&
	    c->keys_command.count == 0)
		diagnose(out, c->file, line_of(row, "name"),
		    "account %s has neither password nor keys", a->name);
	for (size_t i = 0; i < a->keys.count; i++) {
		struct err e = { 0 };

		if (key_check(a->keys.at[i], &e) == -1)
			diagnose(out, c->file, line_of(row, "keys"),
			    "account %s: key %zu: %s", a->name, i + 1, e.text);
	}
}

static void
check_accounts(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	config_setting_t *list = config_setting_get_member(group, "accounts");

	for (size_t i = 0; i < c->account_count; i++) {
		config_setting_t *row =
		    config_setting_get_elem(list, (unsigned)i);
		const struct account *a = &c->accounts[i];

		if (a->name[0] == '\0')
			continue; /* the walker reported already */
		if (config_account(c, a->name) != a)
			diagnose(out, c->file, line_of(row, "name"),
			    "account %s is there twice", a->name);
		if (policy_is_anonymous(a->name))
			diagnose(out, c->file, line_of(row, "name"),
			    "account %s: anon- with a number is what"
			    " connections without an account are called",
			    a->name);
		if (policy_is_rehearsal(a->name))
			diagnose(out, c->file, line_of(row, "name"),
			    "account %s: such names are for the accounts of"
			    " 'atoll rehearse'",
			    a->name);
		check_account(c, a, row, out);
	}
}

static void
check_registration(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	int line = line_of(group, "registration");
	const struct registration *r = c->registration;

	if (c->registration_count == 0)
		return;
	if (c->registration_count > 1)
		diagnose(out, c->file, line, "registration is there twice");
	if (config_account(c, r->name) != NULL)
		diagnose(out, c->file, line,
		    "registration: name = \"%s\" is an account", r->name);
	if (r->code[0] == '\0')
		diagnose_warning(out, c->file, line,
		    "registration has no code: anybody who can connect can make"
		    " an account");
	else if (strlen(r->code) < 6)
		diagnose_warning(out, c->file, line,
		    "registration: a code of less than 6 characters can be"
		    " guessed");
	for (size_t i = 0; i < r->groups.count; i++) {
		if (r->groups.at[i][strcspn(r->groups.at[i], " \n")] != '\0')
			diagnose(out, c->file, line,
			    "registration: the group \"%s\" has a blank",
			    r->groups.at[i]);
	}
}

void
check_site(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	check_listen(c, group, out);
	check_networks(c, group, "allow_from", &c->allow_from, out);
	check_networks(c, group, "deny_from", &c->deny_from, out);
	check_networks(c, group, "proxy_from", &c->proxy_from, out);
	check_host_keys(c, group, out);
	check_signers(c, group, out);
	check_mount_sources(c, group, out);
	check_keys_command(c, group, out);
	check_accounts(c, group, out);
	check_registration(c, group, out);
	check_recordings(c, group, out);
	check_site_respond(c, group, out);
	check_web(c, group, out);
	check_publishing(c, group, out);
	check_site_network(c, group, out);
}

static void
check_capabilities(struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	for (size_t i = 0; i < lab->capabilities.count; i++) {
		const char *name = lab->capabilities.at[i];
		cap_value_t value;
		char full[64];

		snprintf(full, sizeof(full), "cap_%s", name);
		if (capability_is_allowed(name) &&
		    cap_from_name(full, &value) == 0)
			lab->capability_mask |= UINT64_C(1) << value;
		else
			diagnose(out, lab->file, line_of(group, "capabilities"),
			    "capability %s is not one that a lab may have:"
			    " " LAB_CAPABILITIES,
			    name);
	}
}

/* Who traces init has its packet socket. */
static void
check_capture(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	if (lab->capture != 0 &&
	    (lab->capability_mask & UINT64_C(1) << CAP_SYS_PTRACE) != 0)
		diagnose(out, lab->file, line_of(group, "capture"),
		    "capture with the capability sys_ptrace: students could"
		    " take the socket that captures; leave one of them out");
}

/* Texts that go to the builder and to init in one message must fit it. */
static void
check_sizes(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	const struct {
		const char *member;
		const struct texts *texts;
	} lists[] = { { "command", &lab->command },
		{ "environment", &lab->environment } };

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		const struct texts *t = lists[i].texts;
		size_t bytes = 0;

		for (size_t k = 0; k < t->count; k++)
			bytes += strlen(t->at[k]) + 1;
		if (t->count > STRINGS_MAX || bytes > STRINGS_SIZE)
			diagnose(out, lab->file,
			    line_of(group, lists[i].member),
			    "%s has %zu texts of %zu bytes; at most %d of %d",
			    lists[i].member, t->count, bytes, STRINGS_MAX,
			    STRINGS_SIZE);
	}
}

/* The writable layer must fit where it lies. */
static void
check_disk(const struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	/* A full disk should be reported as such, and not as a lack of
	 * memory. */
	if (lab->storage == STORAGE_MEMORY && lab->disk > lab->memory / 4 * 3)
		diagnose(out, lab->file, line_of(group, "disk"),
		    "disk (%" PRId64 "K) must be at most three quarters of"
		    " memory (%" PRId64 "K): the writable layer lies in memory"
		    " and counts there, unless storage = \"disk\"",
		    lab->disk >> 10, lab->memory >> 10);
	/* More would not fit the groups of an ext4, and be of no use. */
	if (lab->storage == STORAGE_DISK && lab->inodes > lab->disk / 4096)
		diagnose(out, lab->file, line_of(group, "inodes"),
		    "inodes (%" PRId64 ") must be at most one for each 4K of"
		    " disk (%" PRId64 "): each file on disk takes that much",
		    lab->inodes, lab->disk / 4096);
}

static void
check_anonymous(const struct config *c, const struct lab *lab,
    config_setting_t *group, struct diagnostics *out)
{
	const struct registration *r =
	    c->registration_count == 0 ? NULL : c->registration;
	int line = line_of(group, "anonymous");

	if (r != NULL && strcmp(r->name, lab->name) == 0)
		diagnose(out, lab->file, line,
		    "%s is the name of registration, too: a login could mean"
		    " either",
		    lab->name);
	if (!lab->anonymous)
		return;
	if (config_account(c, lab->name) != NULL)
		diagnose(out, lab->file, line,
		    "anonymous: %s is an account, too: a login could mean"
		    " either",
		    lab->name);
	if (lab->home_kind != HOME_FRESH)
		diagnose(out, lab->file, line,
		    "anonymous: home = \"%s\" cannot be kept for who has no"
		    " account",
		    config_word("home", lab->home_kind));
}

/* What the other machines of its seats are made of; lines are the lab's. */
static void
check_machines(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	machines_copy(c, lab);
	for (size_t i = 0; i < lab->other_count; i++) {
		struct lab *other = &lab->others[i];

		check_disk(other, group, out);
		check_size(c, other, group, out);
		image_check(c, other, group, out);
		check_programs(c, other, group, out);
	}
}

void
check_lab(struct config *c, struct lab *lab, config_setting_t *group,
    struct diagnostics *out)
{
	machines_enter(lab, group, out);
	if (lab->title[0] == '\0')
		lab->title = lab->name;
	if (lab->hostname[0] == '\0')
		lab->hostname = lab->name;
	check_disk(lab, group, out);
	check_anonymous(c, lab, group, out);
	if (lab->command.count > 0 && lab->command.at[0][0] != '/')
		diagnose(out, lab->file, line_of(group, "command"),
		    "command must start with an absolute path");
	check_capabilities(lab, group, out);
	check_capture(lab, group, out);
	check_mounts(c, lab, group, out);
	check_size(c, lab, group, out);
	check_sizes(lab, group, out);
	check_inside(c, lab, group, out);
	if (lab->image[0] != '\0')
		image_check(c, lab, group, out);
	check_programs(c, lab, group, out);
	if (lab->rootfs != NULL)
		check_home(lab, group, out);
	check_machines(c, lab, group, out);
}
