/* config_table.c - every option there is, as rows. */
#include "gateway/config/config_table.h"

#include <assert.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/steps.h"
#include "gateway/config/greeting.h"
#include "gateway/config/settings.h"

#define K   1024LL
#define M   (1024 * K)
#define G   (1024 * M)
#define DAY 86400LL

/* name, type, offset, min, max, default, default text, flags, help, rows, words */

#define AT(f) offsetof(struct endpoint, f)
static const struct option listen_options[] = {
	{ "address", OPTION_TEXT, AT(address), 0, 64, 0, "0.0.0.0", 0,
	    "numeric IPv4 or IPv6 address" },
	{ "port", OPTION_INT, AT(port), 0, 65535, 2222, NULL, 0,
	    "TCP port; 0 takes a free one, which the log names" },
};
#undef AT
static const struct option_rows listen_rows = { listen_options,
	COUNT_OF(listen_options), sizeof(struct endpoint),
	offsetof(struct config, listen_count) };

#define AT(f) offsetof(struct account, f)
static const struct option account_options[] = {
	{ "name", OPTION_NAME, AT(name), 0, 32, 0, NULL, OPTION_REQUIRED,
	    "what the student logs in as" },
	{ "password", OPTION_TEXT, AT(password), 0, 512, 0, NULL, OPTION_SECRET,
	    "a crypt(5) hash, made with mkpasswd -m yescrypt" },
	{ "keys", OPTION_TEXTS, AT(keys), 0, 8000, 0, NULL, 0,
	    "public keys, as in authorized_keys, without options" },
	{ "groups", OPTION_TEXTS, AT(groups), 0, 32, 0, NULL, 0,
	    "groups, which labs name to let their members in" },
	{ "time_factor", OPTION_CPUS, AT(time_factor), TIME_FACTOR_MIN,
	    TIME_FACTOR_MAX, TIME_FACTOR_NONE, NULL, 0,
	    "what each time_limit is multiplied with for this student" },
};
#undef AT
static const struct option_rows account_rows = { account_options,
	COUNT_OF(account_options), sizeof(struct account),
	offsetof(struct config, account_count) };

#define AT(f) offsetof(struct registration, f)
static const struct option registration_options[] = {
	{ "name", OPTION_NAME, AT(name), 0, 32, 0, "new", 0,
	    "whom newcomers log in as" },
	{ "code", OPTION_TEXT, AT(code), 0, 64, 0, NULL, OPTION_SECRET,
	    "what they are asked for, which only guests of the event know" },
	{ "groups", OPTION_TEXTS, AT(groups), 0, 32, 0, NULL, 0,
	    "groups of their accounts" },
	{ "lifetime", OPTION_TIME, AT(lifetime), 0, 3650 * DAY, 30 * DAY, NULL,
	    0, "how long their accounts live; 0 is for ever" },
	{ "per_address", OPTION_INT, AT(per_address), 1, 1000000, 5, NULL, 0,
	    "accounts made from one IPv4 address or IPv6 /64" },
	{ "total", OPTION_INT, AT(total), 1, 1000000, 500, NULL, 0,
	    "accounts made by newcomers in all" },
};
#undef AT
static const struct option_rows registration_rows = { registration_options,
	COUNT_OF(registration_options), sizeof(struct registration),
	offsetof(struct config, registration_count) };

#define AT(f) offsetof(struct recordings, f)
static const struct option recordings_options[] = {
	{ "max", OPTION_SIZE, AT(max), 16 * M, 1024 * 1024 * G,
	    RECORDINGS_MAX_DEFAULT, NULL, 0,
	    "bytes of all recordings; the oldest go first" },
	{ "keep", OPTION_TIME, AT(keep), 0, 3650 * DAY, RECORDINGS_KEEP_DEFAULT,
	    NULL, 0, "how long a recording is kept; 0 is for ever" },
};
#undef AT
static const struct option_rows recordings_rows = { recordings_options,
	COUNT_OF(recordings_options), sizeof(struct recordings),
	offsetof(struct config, recordings_count) };

#define AT(f) offsetof(struct web, f)
static const struct option web_options[] = {
	{ "socket", OPTION_PATH, AT(socket), 0, 100, 0, NULL, 0,
	    "a Unix socket; run_dir/web.sock when empty" },
	{ "address", OPTION_TEXT, AT(address), 0, 64, 0, "127.0.0.1", 0,
	    "numeric address of this host's loopback, for port" },
	{ "port", OPTION_INT, AT(port), 0, 65535, 0, NULL, 0,
	    "TCP port on that address; 0 is none" },
	{ "url", OPTION_TEXT, AT(url), 0, 255, 0, NULL, 0,
	    "what browsers call it, as https://lab.example.org; none: no "
	    "wall" },
	{ "terminal", OPTION_BOOL, AT(terminal), 0, 1, 0, NULL, 0,
	    "whether students may log in there, with a browser" },
};
#undef AT
static const struct option_rows web_rows = { web_options, COUNT_OF(web_options),
	sizeof(struct web), offsetof(struct config, web_count) };

#define AT(f) offsetof(struct publishing, f)
static const struct option publishing_options[] = {
	{ "url", OPTION_TEXT, AT(url), 0, 200, 0, NULL, OPTION_REQUIRED,
	    "what browsers call it, as https://*.labs.example.org" },
	{ "socket", OPTION_PATH, AT(socket), 0, 100, 0, NULL, 0,
	    "a Unix socket; run_dir/publish.sock when empty" },
	{ "address", OPTION_TEXT, AT(address), 0, 64, 0, "127.0.0.1", 0,
	    "numeric address of this host's loopback, for port" },
	{ "port", OPTION_INT, AT(port), 0, 65535, 0, NULL, 0,
	    "TCP port on that address; 0 is none" },
};
#undef AT
static const struct option_rows publishing_rows = { publishing_options,
	COUNT_OF(publishing_options), sizeof(struct publishing),
	offsetof(struct config, publishing_count) };

static const char *const respond_words[] = { "expected", "tell", "slow",
	"freeze", "end", NULL };

#define AT(f) offsetof(struct respond, f)
static const struct option respond_options[] = {
	{ "probes", OPTION_CHOICE, AT(probes), 0, 0, RESPOND_TELL, NULL, 0,
	    "after calls by which ways out of a sandbox are sought",
	    .words = respond_words },
	{ "load", OPTION_CHOICE, AT(load), 0, 0, RESPOND_TELL, NULL, 0,
	    "after ten minutes of all its processor time with nobody typing",
	    .words = respond_words },
	{ "limits", OPTION_CHOICE, AT(limits), 0, 0, RESPOND_TELL, NULL, 0,
	    "after its limits were met again and again",
	    .words = respond_words },
	{ "lock", OPTION_BOOL, AT(lock), 0, 1, 0, NULL, 0,
	    "whether the account of a seat that was ended is locked" },
};
#undef AT
static const struct option_rows respond_rows = { respond_options,
	COUNT_OF(respond_options), sizeof(struct respond),
	offsetof(struct config, respond_count) };
static const struct option_rows lab_respond_rows = { respond_options,
	COUNT_OF(respond_options), sizeof(struct respond),
	offsetof(struct lab, respond_count) };

#define AT(f) offsetof(struct egress_options, f)
static const struct option egress_options[] = {
	{ "allow", OPTION_TEXTS, AT(allow), 0, 63, 0, NULL, 0,
	    "addresses and networks with a port, or :* for every port" },
	{ "rate", OPTION_SIZE, AT(rate), 16 * K, 1 * G, EGRESS_RATE_DEFAULT,
	    NULL, 0, "bytes a second of a sandbox, each way" },
	{ "connections", OPTION_INT, AT(connections), 1, 65535,
	    EGRESS_CONNECTIONS_DEFAULT, NULL, 0,
	    "connections of a sandbox at once" },
	{ "new_per_second", OPTION_INT, AT(new_per_second), 1, 10000,
	    EGRESS_NEW_DEFAULT, NULL, 0, "of them, begun in a second" },
};
#undef AT
static const struct option_rows egress_rows = { egress_options,
	COUNT_OF(egress_options), sizeof(struct egress_options),
	offsetof(struct lab, egress_count) };

#define AT(f) offsetof(struct lan_network, f)
static const struct option lan_network_options[] = {
	{ "name", OPTION_NAME, AT(name), 0, 32, 0, NULL, OPTION_REQUIRED,
	    "what machines call it" },
	{ "address", OPTION_TEXT, AT(address), 0, 18, 0, NULL, OPTION_REQUIRED,
	    "of IPv4, such as 192.168.7.0/24" },
};
#undef AT
static const struct option_rows lan_network_rows = { lan_network_options,
	COUNT_OF(lan_network_options), sizeof(struct lan_network),
	offsetof(struct lab, network_count) };

/* 0, and no text: as the lab says. */
#define AT(f) offsetof(struct machine, f)
static const struct option machine_options[] = {
	{ "name", OPTION_NAME, AT(name), 0, 32, 0, NULL, OPTION_REQUIRED,
	    "what it is called, and its host name" },
	{ "networks", OPTION_TEXTS, AT(networks), 0, 32, 0, NULL, OPTION_ONE,
	    "which of the lab's networks it is on" },
	{ "address", OPTION_TEXTS, AT(address), 0, 15, 0, NULL, OPTION_ONE,
	    "its address on each; by its place when left out: 10.0.0.11 and"
	    " on" },
	{ "router", OPTION_BOOL, AT(router), 0, 1, 0, NULL, 0,
	    "whether it passes on what is for another network" },
	{ "image", OPTION_NAME, AT(image), 0, 32, 0, NULL, 0,
	    "its image; the lab's when left out, as all that follows" },
	{ "user", OPTION_TEXT, AT(user), 0, 32, 0, NULL, 0,
	    "who the student is there" },
	{ "memory", OPTION_SIZE, AT(memory), 4 * M, 1024 * G, 0, NULL, 0,
	    "memory of all its processes, and of what lies in memory" },
	{ "cpus", OPTION_CPUS, AT(cpus), 5, 12800, 0, NULL, 0,
	    "its processor time, 0.5 is half a processor" },
	{ "pids", OPTION_INT, AT(pids), 4, 4194304, 0, NULL, 0,
	    "its processes and threads, our init included" },
	{ "disk", OPTION_SIZE, AT(disk), 64 * K, 1024 * G, 0, NULL, 0,
	    "bytes of its writable layer" },
	{ "inodes", OPTION_INT, AT(inodes), 64, 100000000, 0, NULL, 0,
	    "files of its writable layer" },
	{ "setup", OPTION_PATH, AT(setup), 0, 1000, 0, NULL, 0,
	    "a program that prepares it, as its root" },
	{ "command", OPTION_TEXTS, AT(command), 0, 4000, 0, NULL, 0,
	    "what it runs as root, with nobody logged in; none when left"
	    " out" },
};
#undef AT
static const struct option_rows machine_rows = { machine_options,
	COUNT_OF(machine_options), sizeof(struct machine),
	offsetof(struct lab, machine_count) };

#define AT(f) offsetof(struct mount, f)
static const struct option mount_options[] = {
	{ "source", OPTION_PATH, AT(source), 0, 1000, 0, NULL, OPTION_REQUIRED,
	    "directory or file of the host" },
	{ "target", OPTION_TEXT, AT(target), 0, 1000, 0, NULL, OPTION_REQUIRED,
	    "absolute path in the sandbox" },
	{ "writable", OPTION_BOOL, AT(writable), 0, 1, 0, NULL, 0,
	    "whether students may write to it" },
};
#undef AT
static const struct option_rows mount_rows = { mount_options,
	COUNT_OF(mount_options), sizeof(struct mount),
	offsetof(struct lab, mount_count) };

#define AT(f) offsetof(struct host, f)
static const struct option host_options[] = {
	{ "address", OPTION_TEXT, AT(address), 0, 64, 0, NULL, OPTION_REQUIRED,
	    "numeric IPv4 or IPv6 address" },
	{ "names", OPTION_TEXTS, AT(names), 0, 253, 0, NULL, OPTION_REQUIRED,
	    "what it is called" },
};
#undef AT
static const struct option_rows host_rows = { host_options,
	COUNT_OF(host_options), sizeof(struct host),
	offsetof(struct lab, host_count) };

#define AT(f) offsetof(struct step, f)
static const struct option step_options[] = {
	{ "title", OPTION_TEXT, AT(title), 0, STEP_TITLE_MAX, 0, NULL,
	    OPTION_REQUIRED, "what results and messages call it" },
	{ "text_file", OPTION_PATH, AT(text_file), 0, 1000, 0, NULL,
	    OPTION_REQUIRED, "a file with what to do, in Markdown" },
	{ "check", OPTION_PATH, AT(check), 0, 1000, 0, NULL, 0,
	    "a program that says whether it is done, as root inside" },
	{ "solve", OPTION_PATH, AT(solve), 0, 1000, 0, NULL, 0,
	    "a program that does it, for atoll lab check" },
	{ "hint_file", OPTION_PATH, AT(hint_file), 0, 1000, 0, NULL, 0,
	    "a file with hints, in Markdown, divided by lines of ---" },
};
#undef AT
static const struct option_rows step_rows = { step_options,
	COUNT_OF(step_options), sizeof(struct step),
	offsetof(struct lab, step_count) };

/* In the order of their enums; of forwarding, of the bits. */
static const char *const storage_words[] = { "memory", "disk", NULL };
static const char *const home_words[] = { "fresh", "persistent", "seat", NULL };
static const char *const network_words[] = { "none", "internet", "lab", NULL };
static const char *const seccomp_words[] = { "default", "debug", NULL };
static const char *const procfs_words[] = { "host", "sandbox", NULL };
static const char *const log_words[] = { "text", "json", NULL };
static const char *const apparmor_words[] = { "try", "required", "off", NULL };
static const char *const lab_apparmor_words[] = { "try", "required", "off",
	"site", NULL };
static const char *const record_words[] = { "no", "try", "required", NULL };
static const char *const close_words[] = { "end", "collect", NULL };
static const char *const publish_to_words[] = { "student", "staff", "everyone",
	NULL };
static const char *const self_service_words[] = { "passwd", "key", "export",
	"browser", NULL };
static const char *const forwarding_words[] = { "local", "remote", "agent",
	NULL };

#define AT(f) offsetof(struct lab, f)
#define LIVE  OPTION_LIVE
#define PLAN  OPTION_PLAN
const struct option lab_options[] = {
	{ "name", OPTION_NAME, AT(name), 0, 32, 0, NULL, LIVE,
	    "the lab file's name" },
	{ "file", OPTION_PATH, AT(file), 0, 1000, 0, NULL, LIVE,
	    "the lab file" },
	{ "title", OPTION_TEXT, AT(title), 0, 200, 0, NULL, LIVE,
	    "what the menu shows; the lab's name when empty" },
	{ "image", OPTION_NAME, AT(image), 0, 32, 0, NULL,
	    LIVE | PLAN | OPTION_REQUIRED, "an image in image_dir" },
	{ "user", OPTION_TEXT, AT(user), 0, 32, 0, "student", LIVE | PLAN,
	    "who the student is inside; \"root\" is root of the sandbox" },
	{ "command", OPTION_TEXTS, AT(command), 0, 4000, 0, NULL, LIVE | PLAN,
	    "what a shell request starts; the user's login shell when empty" },
	{ "workdir", OPTION_TEXT, AT(workdir), 0, 1000, 0, NULL, LIVE | PLAN,
	    "where commands start; the user's home when empty" },
	{ "hostname", OPTION_NAME, AT(hostname), 0, 32, 0, NULL, LIVE | PLAN,
	    "host name inside; the lab's name when empty" },
	{ "banner", OPTION_TEXT, AT(banner), 0, GREETING_MAX, 0, NULL, LIVE,
	    "text shown on every terminal that enters the lab" },
	{ "banner_file", OPTION_PATH, AT(banner_file), 0, 1000, 0, NULL, LIVE,
	    "a file with the banner" },
	{ "motd", OPTION_TEXT, AT(motd), 0, GREETING_MAX, 0, NULL, LIVE,
	    "text shown before the first prompt" },
	{ "motd_file", OPTION_PATH, AT(motd_file), 0, 1000, 0, NULL, LIVE,
	    "a file with the motd" },
	{ "memory", OPTION_SIZE, AT(memory), 4 * M, 1024 * G, 256 * M, NULL,
	    LIVE | PLAN,
	    "memory of all processes, and of what lies in memory" },
	{ "swap", OPTION_SIZE, AT(swap), 0, 1024 * G, 0, NULL, LIVE | PLAN,
	    "swap space, beside memory" },
	{ "cpus", OPTION_CPUS, AT(cpus), 5, 12800, 100, NULL, LIVE | PLAN,
	    "processor time, 0.5 is half a processor" },
	{ "cpu_weight", OPTION_INT, AT(cpu_weight), 1, 10000, 100, NULL,
	    LIVE | PLAN,
	    "share of a busy host's processors, against other sandboxes" },
	{ "pids", OPTION_INT, AT(pids), 4, 4194304, 64, NULL, LIVE | PLAN,
	    "processes and threads, our init included" },
	{ "disk", OPTION_SIZE, AT(disk), 64 * K, 1024 * G, 64 * M, NULL,
	    LIVE | PLAN, "bytes of the writable layer" },
	{ "inodes", OPTION_INT, AT(inodes), 64, 100000000, 16384, NULL,
	    LIVE | PLAN, "files of the writable layer" },
	{ "storage", OPTION_CHOICE, AT(storage), 0, 0, STORAGE_MEMORY, NULL,
	    LIVE | PLAN,
	    "where the writable layer lies: \"memory\" or \"disk\"",
	    .words = storage_words },
	{ "home", OPTION_CHOICE, AT(home_kind), 0, 0, HOME_FRESH, NULL,
	    LIVE | PLAN,
	    "what becomes of the user's home: \"fresh\", \"persistent\","
	    " \"seat\"",
	    .words = home_words },
	{ "home_disk", OPTION_SIZE, AT(home_disk), 16 * M, 1024 * G, 256 * M,
	    NULL, LIVE | PLAN, "bytes of a home that is kept" },
	{ "home_inodes", OPTION_INT, AT(home_inodes), 64, 100000000, 16384,
	    NULL, LIVE | PLAN, "files of a home that is kept" },
	{ "open_files", OPTION_INT, AT(open_files), 16, 1048576, 1024, NULL,
	    LIVE | PLAN, "open files of one process" },
	{ "ulimits", OPTION_PAIRS, AT(ulimits), 0, 0, 0, NULL, LIVE,
	    "limits of each process, as setrlimit(2) has them" },
	{ "network", OPTION_CHOICE, AT(network), 0, 0, NETWORK_NONE, NULL,
	    LIVE | PLAN,
	    "what sandboxes reach: \"none\", of the \"internet\" what egress"
	    " allows, or the seat's own machines: \"lab\"",
	    .words = network_words },
	{ "machines", OPTION_ROWS, AT(machines), 0, 0, 0, NULL, LIVE,
	    "machines of a seat, on a network of their own", &machine_rows },
	{ "networks", OPTION_ROWS, AT(networks), 0, 0, 0, NULL, LIVE,
	    "networks of their own, where one is not enough",
	    &lan_network_rows },
	{ "egress", OPTION_ROWS, AT(egress), 0, 0, 0, NULL, LIVE,
	    "what a lab with network = \"internet\" reaches, and how much",
	    &egress_rows },
	{ "publish", OPTION_PAIRS, AT(publish), 0, 0, 0, NULL, LIVE,
	    "ports of the sandbox that browsers reach, by name" },
	{ "publish_to", OPTION_CHOICE, AT(publish_to), 0, 0, PUBLISH_TO_STUDENT,
	    NULL, LIVE,
	    "who sees them: \"student\", \"staff\" too, or \"everyone\"",
	    .words = publish_to_words },
	{ "capture", OPTION_BOOL, AT(capture), 0, 1, 0, NULL, LIVE | PLAN,
	    "whether 'lab capture' shows what passes an interface" },
	{ "hosts", OPTION_ROWS, AT(hosts), 0, 0, 0, NULL, LIVE,
	    "lines for /etc/hosts", &host_rows },
	{ "dns", OPTION_TEXTS, AT(dns), 0, 255, 0, NULL, LIVE,
	    "name servers for /etc/resolv.conf, and its other lines" },
	{ "forwarding", OPTION_SET, AT(forwarding), 0, 0,
	    FORWARDING_LOCAL | FORWARDING_REMOTE, NULL, LIVE,
	    "what a client may forward: local, remote, agent",
	    .words = forwarding_words },
	{ "seccomp", OPTION_CHOICE, AT(seccomp), 0, 0, SECCOMP_DEFAULT, NULL,
	    LIVE | PLAN,
	    "\"default\", or \"debug\" which lets gdb and strace work",
	    .words = seccomp_words },
	{ "aslr", OPTION_BOOL, AT(aslr), 0, 1, 1, NULL, LIVE | PLAN,
	    "whether programs lie at random addresses" },
	{ "procfs", OPTION_CHOICE, AT(procfs), 0, 0, PROCFS_HOST, NULL,
	    LIVE | PLAN,
	    "whose memory and processors /proc tells of: \"host\","
	    " \"sandbox\"",
	    .words = procfs_words },
	{ "setuid", OPTION_BOOL, AT(setuid), 0, 1, 0, NULL, LIVE | PLAN,
	    "whether sudo, su and other set-uid programs work inside" },
	{ "apparmor", OPTION_CHOICE, AT(apparmor), 0, 0, APPARMOR_AS_SITE, NULL,
	    LIVE | PLAN,
	    "the AppArmor profile of sandboxes: \"site\", \"try\","
	    " \"required\", \"off\"",
	    .words = lab_apparmor_words },
	{ "seccomp_allow", OPTION_TEXTS, AT(seccomp_allow), 0, 64, 0, NULL,
	    LIVE, "names of system calls that are allowed beside the others" },
	{ "capabilities", OPTION_TEXTS, AT(capabilities), 0, 32, 0, NULL, LIVE,
	    "capabilities(7) that the user has inside" },
	{ "environment", OPTION_PAIRS, AT(environment), 0, 0, 0, NULL,
	    LIVE | PLAN, "variables for every process of the student" },
	{ "mounts", OPTION_ROWS, AT(mounts), 0, 0, 0, NULL, LIVE,
	    "directories of the host shown inside", &mount_rows },
	{ "groups", OPTION_TEXTS, AT(groups), 0, 32, 0, NULL, LIVE,
	    "whose members may enter" },
	{ "staff", OPTION_TEXTS, AT(staff), 0, 32, 0, NULL, LIVE,
	    "groups whose members may see and help in the lab" },
	{ "record", OPTION_CHOICE, AT(record), 0, 0, RECORD_NO, NULL, LIVE,
	    "whether terminals are recorded: \"no\", \"try\", \"required\"",
	    .words = record_words },
	{ "respond", OPTION_ROWS, AT(respond), 0, 0, 0, NULL, LIVE,
	    "what follows when a seat looks hostile; else the site's",
	    &lab_respond_rows },
	{ "open", OPTION_BOOL, AT(open), 0, 1, 0, NULL, LIVE,
	    "whether every account may enter" },
	{ "anonymous", OPTION_BOOL, AT(anonymous), 0, 1, 0, NULL, LIVE,
	    "whether anybody may enter without an account" },
	{ "anonymous_max", OPTION_INT, AT(anonymous_max), 1, 4095, 50, NULL,
	    LIVE, "connections without an account" },
	{ "anonymous_per_address", OPTION_INT, AT(anonymous_per_address), 0,
	    4095, 0, NULL, LIVE, "of those, from one address" },
	{ "setup", OPTION_PATH, AT(setup), 0, 1000, 0, NULL, LIVE,
	    "a program that prepares each sandbox, as its root" },
	{ "setup_time", OPTION_TIME, AT(setup_time), 1, PROGRAM_SECONDS_MAX, 30,
	    NULL, LIVE, "how long setup may take" },
	{ "check", OPTION_PATH, AT(check), 0, 1000, 0, NULL, LIVE,
	    "a program that says how far the student is, as root inside" },
	{ "check_time", OPTION_TIME, AT(check_time), 1, PROGRAM_SECONDS_MAX, 30,
	    NULL, LIVE, "how long check may take" },
	{ "check_every", OPTION_TIME, AT(check_every), 0, DAY, 0, NULL, LIVE,
	    "how often check runs by itself, 10s or more; 0 is never" },
	{ "solve", OPTION_PATH, AT(solve), 0, 1000, 0, NULL, LIVE,
	    "a program that solves it as the student, for 'atoll lab check'" },
	{ "solve_time", OPTION_TIME, AT(solve_time), 1, PROGRAM_SECONDS_MAX, 60,
	    NULL, LIVE, "how long solve may take" },
	{ "steps", OPTION_ROWS, AT(steps), 0, 0, 0, NULL, LIVE,
	    "small exercises, one after the other", &step_rows },
	{ "help", OPTION_TEXT, AT(help), 0, GREETING_MAX, 0, NULL, LIVE,
	    "what 'lab help' shows inside" },
	{ "help_file", OPTION_PATH, AT(help_file), 0, 1000, 0, NULL, LIVE,
	    "a file with the help" },
	{ "hidden", OPTION_BOOL, AT(hidden), 0, 1, 0, NULL, LIVE,
	    "whether it is in no list, and to be entered by its name" },
	{ "available", OPTION_PAIRS, AT(available), 0, 0, 0, NULL, LIVE,
	    "from and until when it is there, in local time" },
	{ "close", OPTION_CHOICE, AT(close), 0, 0, CLOSE_END, NULL, LIVE,
	    "what becomes of work when its time is over: \"end\", \"collect\"",
	    .words = close_words },
	{ "sandboxes_max", OPTION_INT, AT(sandboxes_max), 0, 4095, 0, NULL,
	    LIVE | PLAN,
	    "live sandboxes of this lab; 0 is as many as the site has" },
	{ "warm", OPTION_INT, AT(warm), 0, 4095, 0, NULL, LIVE | PLAN,
	    "sandboxes that stand ready for whoever enters next" },
	{ "time_limit", OPTION_TIME, AT(time_limit), 0, 365 * DAY, 0, NULL,
	    LIVE, "how long a sandbox may live; 0 is for ever" },
	{ "idle_limit", OPTION_TIME, AT(idle_limit), 0, 30 * DAY, 0, NULL, LIVE,
	    "how long a connection may send nothing; 0 is for ever" },
	{ "linger", OPTION_TIME, AT(linger), 0, 30 * DAY, 0, NULL, LIVE,
	    "how long a sandbox outlives its last connection" },
	{ "reattach", OPTION_BOOL, AT(reattach), 0, 1, REATTACH_AS_LINGER, NULL,
	    LIVE | PLAN,
	    "whether a terminal waits for its student, too, and not the"
	    " sandbox alone" },
};
#undef LIVE
#undef PLAN
#undef AT
const size_t lab_option_count = COUNT_OF(lab_options);
static const struct option_rows lab_rows = { lab_options, COUNT_OF(lab_options),
	sizeof(struct lab), offsetof(struct config, lab_count) };

#define AT(f) offsetof(struct config, f)
const struct option site_options[] = {
	{ "listen", OPTION_ROWS, AT(listen), 0, 0, 0, NULL, OPTION_REQUIRED,
	    "where to accept connections", &listen_rows },
	{ "host_keys", OPTION_PATHS, AT(host_keys), 0, 1000, 0, NULL,
	    OPTION_REQUIRED | OPTION_LIVE,
	    "private host keys, made with ssh-keygen -t ed25519" },
	{ "host_keys_next", OPTION_PATHS, AT(host_keys_next), 0, 1000, 0, NULL,
	    OPTION_LIVE,
	    "host keys of the future, which clients are told of already" },
	{ "state_dir", OPTION_PATH, AT(state_dir), 0, 1000, 0, "/var/lib/atoll",
	    0, "what outlives a reboot" },
	{ "run_dir", OPTION_PATH, AT(run_dir), 0, 90, 0, "/run/atoll", 0,
	    "sockets and scratch directories" },
	{ "image_dir", OPTION_PATH, AT(image_dir), 0, 900, 0, NULL, OPTION_LIVE,
	    "the images; state_dir/images when empty" },
	{ "image_signers", OPTION_PATH, AT(image_signers), 0, 1000, 0, NULL,
	    OPTION_LIVE, "whose signature each image must have" },
	{ "labs_dir", OPTION_PATH, AT(labs_dir), 0, 1000, 0, "labs",
	    OPTION_LIVE, "the lab files, one NAME.conf a lab" },
	{ "mount_sources", OPTION_PATHS, AT(mount_sources), 0, 1000, 0, NULL,
	    OPTION_LIVE, "what the mounts of labs may show; any when empty" },
	{ "libexec_dir", OPTION_PATH, AT(libexec_dir), 0, 1000, 0, NULL, 0,
	    "atoll's helper programs; beside atolld when empty" },
	{ "lxcfs", OPTION_PATH, AT(lxcfs), 0, 900, 0, "/var/lib/lxcfs",
	    OPTION_LIVE, "where lxcfs is mounted, for procfs = \"sandbox\"" },
	{ "apparmor", OPTION_CHOICE, AT(apparmor), 0, 0, APPARMOR_TRY, NULL,
	    OPTION_LIVE,
	    "the AppArmor profile of sandboxes: \"try\", \"required\","
	    " \"off\"",
	    .words = apparmor_words },
	{ "user", OPTION_TEXT, AT(user), 0, 32, 0, "atoll", 0,
	    "system user of the monitor" },
	{ "session_user", OPTION_TEXT, AT(session_user), 0, 32, 0, "_atoll", 0,
	    "system user of the session processes" },
	{ "signer_user", OPTION_TEXT, AT(signer_user), 0, 32, 0, "_atoll_key",
	    0, "system user of atoll-signer, which has the host keys" },
	{ "recorder_user", OPTION_TEXT, AT(recorder_user), 0, 32, 0,
	    "_atoll_rec", 0, "system user of atoll-recorder" },
	{ "web_user", OPTION_TEXT, AT(web_user), 0, 32, 0, "_atoll_web", 0,
	    "system user of atoll-web" },
	{ "net_user", OPTION_TEXT, AT(net_user), 0, 32, 0, "_atoll_net", 0,
	    "system user of atoll-net" },
	{ "names_user", OPTION_TEXT, AT(names_user), 0, 32, 0, "_atoll_dns", 0,
	    "system user of atoll-names" },
	{ "collector_user", OPTION_TEXT, AT(collector_user), 0, 32, 0,
	    "_atoll_col", 0, "system user of atoll-collector" },
	{ "publish_user", OPTION_TEXT, AT(publish_user), 0, 32, 0, "_atoll_pub",
	    0, "system user of atoll-publish" },
	{ "browser_user", OPTION_TEXT, AT(browser_user), 0, 32, 0, "_atoll_brw",
	    0, "system user of atoll-browser" },
	{ "network_range", OPTION_TEXT, AT(network_range), 0, 32, 0,
	    "10.213.0.0/16", 0,
	    "addresses of sandboxes with a network, and of the uplink" },
	{ "network_uplink", OPTION_TEXT, AT(network_uplink), 0, 15, 0, "atoll0",
	    0, "the host's interface to sandboxes with a network" },
	{ "network_resolver", OPTION_TEXT, AT(network_resolver), 0, 15, 0, "",
	    OPTION_LIVE,
	    "who is asked for names that egress allows; empty: the"
	    " host's own" },
	{ "log", OPTION_CHOICE, AT(log), 0, 0, LOG_AS_TEXT, NULL, 0,
	    "what lines of the log look like: \"text\" or \"json\"",
	    .words = log_words },
	{ "banner", OPTION_TEXT, AT(banner), 0, GREETING_MAX, 0, NULL,
	    OPTION_LIVE, "text that clients show before they log in" },
	{ "banner_file", OPTION_PATH, AT(banner_file), 0, 1000, 0, NULL,
	    OPTION_LIVE, "a file with the banner" },
	{ "sandboxes_max", OPTION_INT, AT(sandboxes_max), 1, 4095, 400, NULL,
	    OPTION_LIVE,
	    "live sandboxes; students who come later wait in a queue" },
	{ "connections_per_account", OPTION_INT, AT(connections_per_account), 1,
	    64, 8, NULL, OPTION_LIVE, "connections of one account" },
	{ "unused_timeout", OPTION_TIME, AT(unused_timeout), 0, DAY, 600, NULL,
	    OPTION_LIVE, "how long a login may ask for nothing" },
	{ "unauthenticated_max", OPTION_INT, AT(unauthenticated_max), 1, 100000,
	    500, NULL, OPTION_LIVE, "connections that have not logged in" },
	{ "login_grace", OPTION_TIME, AT(login_grace), 1, 3600, 120, NULL,
	    OPTION_LIVE, "how long a login may take" },
	{ "auth_tries", OPTION_INT, AT(auth_tries), 1, 100, 6, NULL,
	    OPTION_LIVE, "failed attempts before the connection ends" },
	{ "keys_command", OPTION_TEXTS, AT(keys_command), 0, 1000, 0, NULL, 0,
	    "a program that prints an account's public keys" },
	{ "keys_command_user", OPTION_TEXT, AT(keys_command_user), 0, 32, 0,
	    NULL, 0, "system user that keys_command runs as" },
	{ "keys_command_timeout", OPTION_TIME, AT(keys_command_timeout), 1, 60,
	    5, NULL, 0, "how long keys_command may take" },
	{ "penalty", OPTION_TIME, AT(penalty), 0, DAY, 60, NULL, OPTION_LIVE,
	    "how long an address that guesses passwords is refused" },
	{ "penalty_failures", OPTION_INT, AT(penalty_failures), 5, 100000, 100,
	    NULL, OPTION_LIVE,
	    "wrong passwords in ten minutes that are no guessing yet" },
	{ "allow_from", OPTION_TEXTS, AT(allow_from), 0, 64, 0, NULL,
	    OPTION_LIVE, "who may connect; everybody when empty" },
	{ "deny_from", OPTION_TEXTS, AT(deny_from), 0, 64, 0, NULL, OPTION_LIVE,
	    "who may not connect" },
	{ "proxy_from", OPTION_TEXTS, AT(proxy_from), 0, 64, 0, NULL,
	    OPTION_LIVE, "load balancers that speak PROXY protocol v2" },
	{ "keepalive", OPTION_TIME, AT(keepalive), 0, 3600, 15, NULL,
	    OPTION_LIVE, "how often to ask whether the client is there" },
	{ "keepalive_tries", OPTION_INT, AT(keepalive_tries), 1, 100, 4, NULL,
	    OPTION_LIVE, "unanswered questions before it is gone" },
	{ "accounts", OPTION_ROWS, AT(accounts), 0, 0, 0, NULL, OPTION_LIVE,
	    "who may log in", &account_rows },
	{ "expiry_wait", OPTION_TIME, AT(expiry_wait), 0, 30 * DAY, 6 * 3600,
	    NULL, OPTION_LIVE,
	    "how long an account must be seen over its grace before it goes" },
	{ "home_grace", OPTION_TIME, AT(home_grace), 0, 3650 * DAY, 30 * DAY,
	    NULL, OPTION_LIVE,
	    "how long an expired account and its homes are kept" },
	{ "report_keep", OPTION_TIME, AT(report_keep), 0, 3650 * DAY, 30 * DAY,
	    NULL, OPTION_LIVE, "how long what a report is made of is kept" },
	{ "self_service", OPTION_SET, AT(self_service), 0, 0,
	    1 << SELF_PASSWD | 1 << SELF_KEY | 1 << SELF_EXPORT |
		1 << SELF_BROWSER,
	    NULL, OPTION_LIVE,
	    "what students may do by themselves: \"passwd\", \"key\","
	    " \"export\", \"browser\"",
	    .words = self_service_words },
	{ "registration", OPTION_ROWS, AT(registration), 0, 0, 0, NULL,
	    OPTION_LIVE, "how people without an account make one",
	    &registration_rows },
	{ "recordings", OPTION_ROWS, AT(recordings), 0, 0, 0, NULL, OPTION_LIVE,
	    "how much is kept of what terminals showed", &recordings_rows },
	{ "web", OPTION_ROWS, AT(web), 0, 0, 0, NULL, 0,
	    "where metrics are served", &web_rows },
	{ "publishing", OPTION_ROWS, AT(publishing), 0, 0, 0, NULL, 0,
	    "where browsers reach what seats publish", &publishing_rows },
	{ "respond", OPTION_ROWS, AT(respond), 0, 0, 0, NULL, OPTION_LIVE,
	    "what follows when a seat looks hostile, in labs that do not say",
	    &respond_rows },
	{ "labs", OPTION_ROWS, AT(labs), 0, 0, 0, NULL, OPTION_LIVE, "the labs",
	    &lab_rows },
};
#undef AT
const size_t site_option_count = COUNT_OF(site_options);
const size_t site_file_option_count = COUNT_OF(site_options) - 1;

const char *
config_word(const char *option, int64_t value)
{
	const struct option *o = lab_options;

	while (strcmp(o->name, option) != 0 || o->words == NULL) {
		o++;
		assert(o < lab_options + lab_option_count);
	}
	return o->words[value];
}
