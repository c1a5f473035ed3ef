// What each subcommand was asked to do. Plain structs: only parse_arguments.cc knows how they are
// spelt.
#pragma once

#include "dsl/diagnostic.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tagline::cli {

enum class Format : std::uint8_t { Table, Json, Csv };

struct InferArguments {
  std::string file;
  std::string id_column;
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

struct QueryArguments {
  std::string db;
  std::string expression;
  std::string batch_file;
  std::optional<std::chrono::sys_days> as_of;
  Format format = Format::Table;
  bool ids = false;
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  bool explain = false;
  unsigned threads = 0;
};

struct TagsArguments {
  std::string db;
  std::string tag;  ///< only this one, all its values
  unsigned values_shown = 8;
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
  std::string expression;
  bool batch = false;
  std::optional<std::chrono::sys_days> as_of;
  std::optional<Format> format;  ///< unset: cards on a terminal, JSON otherwise
};

struct Arguments {
  dsl::Language language = dsl::Language::English;
  std::variant<InferArguments, LoadArguments, QueryArguments, TagsArguments, UserArguments,
               VerifyArguments, CheckArguments>
      command;
};

/// Either what to do, or the exit status of a call that is already answered (--help, --version, a
/// usage error).
[[nodiscard]] std::variant<Arguments, int> parse_arguments(int argc, char** argv);

}  // namespace tagline::cli
