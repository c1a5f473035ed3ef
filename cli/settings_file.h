// settings_file: a file of settings, one a line: a small part of TOML.
//
//   # the shop's server
//   listen = "127.0.0.1:8080"
//   workers = 4
//   read-only = true
//   cors = ["https://a.example", "https://b.example"]
#pragma once

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

enum class SettingKind : std::uint8_t { Text, Number, Truth, List };

struct Setting {
  std::string name;
  SettingKind kind = SettingKind::Text;
  std::vector<std::string> values;  ///< one, or those of a list; "true" or "false"
  std::size_t line = 0;             ///< from 1
};

/// BadInput names the file, the line, what was found and what may stand there. No name stands
/// twice.
[[nodiscard]] Result<std::vector<Setting>> settings_of(std::string_view text,
                                                       const std::string& file);

}  // namespace tagline::cli
