// What each subcommand was asked to do. Plain structs: only the parsers (cli/*_parser.h)
// know how they are spelt.
#pragma once

#include "dsl/diagnostic.h"
#include "ingest/apply.h"
#include "server/access/access_options.h"
#include "server/log.h"
#include "server/segments.h"
#include "server/tags.h"
#include "storage/identity.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tagline::cli {

/// Ndjson: lists only, one JSON value a line.
enum class Format : std::uint8_t { Table, Json, Csv, Ndjson };
[[nodiscard]] constexpr bool is_json(Format format) {
  return format == Format::Json || format == Format::Ndjson;
}

struct InferArguments {
  std::string file;
  std::string id_column;
  std::optional<Format> format;  ///< unset: the schema, as JSON; what is wrong is said in words
};

struct LoadArguments {
  std::string db;
  std::vector<std::string> files;
  std::string schema_file;
  std::string id_column;
  std::string rejects_file;
  std::string load_id;
  std::string time_zone;
  double max_errors_percent = 1.0;
  Format format = Format::Table;
};

/// What a query may use; 0: no limit.
struct QueryLimits {
  double seconds = 0;
  std::uint64_t memory_mib = 0;
};

struct IngestArguments {
  std::string db;
  std::string file;
  ingest::IngestOptions options;
  std::uint64_t batch = std::numeric_limits<std::uint64_t>::max();  ///< lines of one
  bool once = false;  ///< a batch that was done before is not done again
  Format format = Format::Table;
};

struct QueryArguments {
  std::string db;
  std::optional<std::string> expression;  ///< an empty one is the user's, a missing one is usage
  std::string batch_file;
  std::optional<std::chrono::sys_days> as_of;
  Format format = Format::Table;
  bool ids = false;
  std::optional<std::uint64_t> limit;  ///< nothing: none was typed
  std::string after;                   ///< a page's cursor
  std::string members_file;            ///< ids to ask about
  bool explain = false;
  unsigned threads = 0;
  QueryLimits limits;
  // Answers beyond the count; at most one is asked for. Tags as typed.
  std::string sum;
  std::string stats;
  std::string top;
  std::string bottom;
  std::string pareto;
  double pareto_percent = 80;
  std::vector<std::string> by;  ///< one tag, or two: a table
  bool profile = false;
};

struct OverlapArguments {
  std::string db;
  std::vector<std::string> expressions;
  bool regions = false;
  std::optional<std::chrono::sys_days> as_of;
  Format format = Format::Table;
  unsigned threads = 0;
  QueryLimits limits;
};

struct TagsArguments {
  std::string db;
  std::string tag;  ///< only this one, all its values
  unsigned values_shown = 8;
  bool health = false;  ///< what needs care instead of the tags
  bool stale = false;   ///< of that, tags that went stale
  bool drift = false;   ///< how far the one tag's values have moved instead
  std::string stale_age;
  std::string find;
  std::string rules;
  Format format = Format::Table;
};

struct UserArguments {
  std::string db;
  std::string id;
  Format format = Format::Table;
};

struct VerifyArguments {
  std::string db;
  Format format = Format::Table;
};

struct CheckArguments {
  std::string db;
  std::string catalogue_file;
  std::optional<std::string> expression;
  std::string tree_file;   ///< an expression as a JSON tree, instead of EXPR
  std::string batch_file;  ///< expressions, a line each; "-": standard input, answered as they come
  bool forms = false;      ///< also display, sentence, fingerprint and tree
  std::optional<std::chrono::sys_days> as_of;
  std::optional<Format> format;  ///< unset: cards on a terminal, JSON otherwise
};

struct WhyArguments {
  std::string db;
  std::string id;
  std::string expression;
  std::optional<std::chrono::sys_days> as_of;
  Format format = Format::Table;
};

/// What a shell completes: an expression, or the name of a segment or a tag; of a number alone, or
/// of a number or date.
enum class ShellWant : std::uint8_t { Expression, Segment, Tag, NumberTag, OrderedTag };

struct CompleteArguments {
  std::string db;
  std::string catalogue_file;
  std::string text;
  std::optional<std::uint32_t> cursor;  ///< code points before it; nothing: at the end
  std::optional<ShellWant> shell;       ///< lines for a shell instead of a format
  std::optional<std::chrono::sys_days> as_of;
  Format format = Format::Table;
};

/// What is not given stays; "" takes a text away, "none" a bound.
struct EditTagArguments {
  std::string db;
  std::string tag;
  std::optional<std::string> min;  ///< as typed: its scale is the tag's
  std::optional<std::string> max;
  bool deprecated = false;
  bool in_use = false;             ///< no longer deprecated
  std::optional<std::string> ttl;  ///< as typed
  bool track = false;
  bool no_track = false;
  server::TagEdit change;  ///< the rest
  Format format = Format::Table;
};

struct EventsArguments {
  std::string db;
  std::optional<std::chrono::sys_days> trim_before;  ///< `events trim`; else they are listed
  Format format = Format::Table;
};

enum class SegmentAction : std::uint8_t {
  Save,
  List,
  Show,
  Rename,
  Delete,
  Dependents,
  Import,
  Versions,
  Diff,
  Snapshot,
  Snapshots,
  History,
  Record,
};

struct SegmentArguments {
  std::string db;
  SegmentAction action = SegmentAction::List;
  std::string name;
  std::string new_name;  ///< rename; snapshot: of the list, empty: the default
  std::string expression;
  std::string file;
  std::string diff_from;  ///< a version's number, or "@name"
  std::string diff_to;    ///< the same; empty: the rule it has now
  bool force = false;
  bool replace = false;                           ///< save, import: what has the name already
  std::vector<std::string> names;                 ///< record; none: all
  std::uint64_t days = 30;                        ///< history: points of the last so many
  std::optional<std::chrono::sys_days> since;     ///< history: compare with
  std::optional<std::chrono::sys_days> recorded;  ///< snapshot: of who was in it then
  server::SegmentCard card;
  std::optional<std::chrono::sys_days> as_of;
  Format format = Format::Table;
};

enum class IdentityAction : std::uint8_t {
  Link,
  Unlink,
  Show,
  Merges,
  Undo,
  Types,
  Type,
  Rules,
  Rule,
  Erase,
  Receipts,
};

struct IdentityArguments {
  std::string db;
  IdentityAction action = IdentityAction::Show;
  std::vector<std::string> identities;  ///< link; "-": requests come on standard input
  std::string user;                     ///< link
  std::string source;                   ///< link
  bool each = false;                    ///< link
  std::string id;                       ///< an id or identity; rule: a tag
  std::uint64_t number = 0;             ///< undo
  std::uint64_t limit = 100;            ///< merges, receipts
  std::string rule;
  storage::IdentityTypeRecord type{"", {}, "", false, 10, {}};
  std::string form = "exact";
  bool yes = false;  ///< erase
  Format format = Format::Table;
};

enum class KeyAction : std::uint8_t { Create, List, Revoke };

struct KeyArguments {
  std::string db;
  KeyAction action = KeyAction::List;
  std::string name;  ///< of the new key; or name or id of the one to revoke
  server::Role role = server::Role::Viewer;
  std::optional<std::chrono::sys_days> expires;
  std::optional<server::Rate> rate;
  Format format = Format::Table;
};

struct ServeArguments {
  std::string db;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  unsigned workers = 0;         ///< 0: as many as the machine has cores
  unsigned threads = 1;         ///< of one query
  QueryLimits limits{30, 256};  ///< of one query
  std::uint64_t cache_mib = 64;
  /// Keys, rates, pages, names, the audit log. key_file and loopback follow from db and address;
  /// audit_file does when it is "".
  server::AccessOptions access;
  std::string tls_certificate;      ///< file; with tls_key: https
  std::string tls_key;              ///< file
  bool read_only = false;           ///< leaves the database to another process to write
  std::uint64_t load_mib = 16'384;  ///< of the body of a load
  std::uint64_t sync_ms = 0;        ///< storage::OpenOptions::sync_interval
  std::uint64_t keep_days = 400;    ///< of histories; 0: none are taken
  double shutdown_seconds = 10;     ///< for requests being answered when it is told to end
  server::LogFormat log_format = server::LogFormat::Text;
  server::LogLevel log_level = server::LogLevel::Info;
  std::uint64_t slow_ms = 1'000;  ///< from here on a request is slow; 0: none is
  std::string kafka_file;         ///< topics to consume; empty: none
  std::string config_file;        ///< read by the parser
  std::string settings;           ///< print this and end: --print-config
};

struct ExpireArguments {
  std::string db;
  Format format = Format::Table;
};

struct BackupArguments {
  std::string db;
  std::string folder;  ///< a new one
  Format format = Format::Table;
};

struct DoctorArguments {
  std::string db;  ///< empty: the machine alone
  Format format = Format::Table;
};

struct VersionArguments {
  Format format = Format::Table;
};

enum class Shell : std::uint8_t { Bash, Zsh, Fish };

struct CompletionArguments {
  Shell shell = Shell::Bash;
};

struct ManualArguments {
  std::string folder;
  Format format = Format::Table;
};

struct ReplArguments {
  std::string db;
  std::string server;  ///< instead of a database: its address
  std::string key;
  std::optional<std::chrono::sys_days> as_of;
  bool tour = false;  ///< begins with the tour
  Format format = Format::Table;
};

/// A database of an invented shop (cli/demo/).
struct DemoArguments {
  std::string db;
  std::uint64_t users = 100'000;
  std::uint64_t seed = 1;
  std::uint32_t days = 365;
  std::optional<std::chrono::sys_days> until;  ///< the last day of events; nothing: today
  bool tour = false;                           ///< opens the terminal at the tour
  bool no_tour = false;                        ///< says nothing of it
  Format format = Format::Table;
};

struct Arguments {
  dsl::Language language = dsl::Language::English;
  unsigned width = 0;  ///< columns to keep to; 0: those of the terminal
  std::variant<InferArguments, LoadArguments, IngestArguments, QueryArguments, TagsArguments,
               UserArguments, VerifyArguments, CheckArguments, WhyArguments, CompleteArguments,
               EventsArguments, SegmentArguments, OverlapArguments, EditTagArguments,
               ServeArguments, KeyArguments, IdentityArguments, BackupArguments, ReplArguments,
               ExpireArguments, DemoArguments, DoctorArguments, VersionArguments,
               CompletionArguments, ManualArguments>
      command;
};

/// Either what to do, or the exit status of a call that is already answered (--help, --version, a
/// usage error).
[[nodiscard]] std::variant<Arguments, int> parse_arguments(int argc, char** argv);

}  // namespace tagline::cli
